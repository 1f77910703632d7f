"""After an erasure: nothing at Mailchimp, nothing in the tables, nothing said of anybody in a log."""

import json

import pytest
from sqlalchemy import select

from reference_impl.effects.senders import Effect, EffectFailedError
from reference_impl.operations.logs import configure_logs
from reference_impl.privacy.erasure import DISCLOSURES, erase_now
from reference_impl.scenarios.mailchimp.memory import Memory
from tests.receiver.privacy.people import A, B
from tests.receiver.privacy.scan import read_all, says, scan

from .conftest import World
from .fake_mailchimp import KEY, LIST, FakeMailchimp, hashed
from .fake_slack import FakeSlack
from .web import LOST, Answer, Asked

YES = {"newsletter": True}
NEW = "new.address@example.com"
MARKERS = {*A.markers().values(), NEW, hashed(A.email), hashed(NEW)}


def disclosed(world: World) -> set[tuple[str, str]]:
    with world.engine.connect() as connection:
        chosen = select(DISCLOSURES.c.clerk_id, DISCLOSURES.c.recipient_ref)
        return {tuple(row) for row in connection.execute(chosen)}


def dispatch_all(world: World) -> None:
    for name in ("slack", "mailchimp", "slack", "mailchimp"):
        world.dispatch(name)
        world.later()
    assert world.all_done("slack")
    assert world.all_done("mailchimp")


def test_every_address_that_was_given_is_deleted_for_ever(
    world: World, slack: FakeSlack, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    world.tell(B, 1, YES)
    dispatch_all(world)
    world.tell(A, 2, YES, email=NEW)
    dispatch_all(world)
    mailchimp.put(A.email, "subscribed")  # the old address came back by itself
    assert scan(world.engine, {hashed(NEW)})

    world.erase(A)
    dispatch_all(world)

    assert list(mailchimp.members) == [hashed(B.email)]
    assert mailchimp.forgotten == {hashed(A.email), hashed(NEW)}
    assert len(slack.messages) == 1
    assert scan(world.engine, MARKERS) == set()


def test_a_message_whose_answer_was_lost_is_found_and_deleted_when_the_person_is_erased_before_the_next_attempt(
    world: World, slack: FakeSlack
) -> None:
    slack.faults = [LOST]
    world.tell(A, 1)
    world.dispatch("slack")
    assert len(slack.messages) == 1

    world.erase(A)
    world.later()
    dispatch_all(world)

    assert not slack.messages
    assert scan(world.engine, MARKERS) == set()


def test_who_withdrew_is_deleted_too(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 1, YES)
    dispatch_all(world)
    world.tell(A, 2)
    dispatch_all(world)

    world.erase(A)
    dispatch_all(world)

    assert mailchimp.members == {}
    assert scan(world.engine, MARKERS) == set()


@pytest.mark.parametrize("fault", [LOST, Answer({}, 404), Answer({}, 500)])
def test_a_deletion_already_made_is_made(world: World, mailchimp: FakeMailchimp, fault: Answer) -> None:
    world.tell(A, 1, YES)
    dispatch_all(world)
    world.erase(A)
    mailchimp.faults = [fault]

    dispatch_all(world)

    assert scan(world.engine, MARKERS) == set()


def test_an_account_made_again_keeps_the_subscription_that_is_now_its_own(
    world: World, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    world.tell(B, 1, YES, email=A.email)
    dispatch_all(world)

    world.erase(A)
    dispatch_all(world)
    assert mailchimp.status(A.email) == "pending"

    world.erase(B)
    dispatch_all(world)
    assert mailchimp.status(A.email) is None


def test_erased_while_they_are_sent_they_do_not_stay(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 1, YES)

    def erase(asked: Asked) -> None:
        mailchimp.meanwhile = lambda _asked: None
        erase_now(world.receiver, A.clerk_id, cause="test")
        world.time.now += world.lanes["mailchimp"].interval_ms
        assert (
            world.dispatcher("mailchimp").run_once() == 1
        )  # the notice, by another process, before this one ends
        mailchimp.forgotten.clear()
        mailchimp.respond(asked)  # and the old request arrives after it

    mailchimp.meanwhile = erase
    dispatch_all(world)

    assert mailchimp.members == {}
    assert scan(world.engine, MARKERS) == set()


def test_killed_after_the_sending_the_erasure_still_knows_whom_to_tell(
    world: World, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    mailchimp.faults = [LOST]
    world.dispatch("mailchimp")
    assert mailchimp.status(A.email) == "pending"

    world.erase(A)  # before any attempt could note that it had been sent
    world.later()
    dispatch_all(world)

    assert mailchimp.members == {}


def test_one_note_an_address_is_kept(world: World) -> None:
    for version, metadata in enumerate((YES, {}, YES, {}, YES)):
        world.tell(A, version, metadata)
        world.dispatch("mailchimp")

    mine = [reference for clerk_id, reference in disclosed(world) if clerk_id == A.clerk_id]
    (list_id, member, _, state) = mine[0].split("/")
    assert (len(mine), list_id, member, state) == (1, LIST, hashed(A.email), "kept")


def test_neither_the_key_nor_the_address_shows_in_logs_errors_or_effects(
    world: World, mailchimp: FakeMailchimp, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs()
    world.tell(A, 1, YES)
    sender, errors = world.lanes["mailchimp"].sender, []
    mailchimp.faults = [
        LOST,
        Answer({"detail": A.email}, 500),
        Answer({"title": A.email, "detail": KEY}, 400),
    ]
    for _ in range(3):
        with pytest.raises(EffectFailedError) as failed:
            sender.send(Effect("k", "mailchimp_member", {}, {"clerk_id": A.clerk_id}))
        errors.append(repr(failed.value))
    world.dispatch("mailchimp")

    shown = (
        json.dumps(errors)
        + repr(world.lanes)
        + repr(Memory(world.receiver, LIST).prepare(A.clerk_id, again=False))
    )
    shown += str(capsys.readouterr()) + str(read_all(world.engine)["outbox"])
    assert says(shown, {KEY, A.email, hashed(A.email), *A.markers().values()}) == {A.clerk_id}
