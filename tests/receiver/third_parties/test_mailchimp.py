"""The list says what the person consents to today, once, whatever was repeated, lost, interrupted or told late."""

from typing import Any

import pytest
from pydantic import SecretStr

from reference_impl.effects.dispatch import ATTEMPTS, retry_failed
from reference_impl.effects.senders import Effect, EffectFailedError
from reference_impl.receiving.outcomes import Outcome
from reference_impl.scenarios.mailchimp.sending import address_of
from tests.receiver.privacy.people import A, B

from .conftest import World, profile
from .fake_mailchimp import KEY, FakeMailchimp, hashed
from .web import LOST, Answer, Asked, busy

YES = {"newsletter": True}
NO = {"newsletter": False}
NEW = "new.address@example.com"


def methods(mailchimp: FakeMailchimp) -> list[str]:
    return [asked.method for asked in mailchimp.asked]


def until_done(world: World) -> None:
    """Dispatch again and again, as time passes."""
    for _ in range(ATTEMPTS):
        world.dispatch("mailchimp")
        if world.all_done("mailchimp"):
            return
        world.later()
    raise AssertionError(world.owed())


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        NO,
        {"newsletter": None},
        {"newsletter": "true"},
        {"newsletter": 1},
        {"newsletter": [True]},
        {"k": YES},
        [],
    ],
)
def test_an_account_is_not_a_consent(world: World, mailchimp: FakeMailchimp, metadata: Any) -> None:
    assert world.tell(A, 1, metadata) is Outcome.PROCESSED

    world.dispatch("mailchimp")

    assert mailchimp.asked == []
    assert world.all_done("mailchimp")


def test_for_who_never_spoke_of_it_nothing_is_even_owed(world: World) -> None:
    for version in range(3):
        world.tell(A, version)

    assert [key for key in world.owed() if key.startswith("mailchimp")] == []


def test_who_consents_without_an_address_is_not_sent(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 1, YES, email=None)

    until_done(world)
    assert mailchimp.asked == []


def test_who_consents_is_asked_to_confirm(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 1, YES, first_name="Éloïse" * 100, last_name=None)

    until_done(world)

    row = mailchimp.members[hashed(A.email)]
    assert (row["email_address"], row["status"], mailchimp.mails) == (A.email, "pending", [A.email])
    assert row["merge_fields"] == {"FNAME": ("Éloïse" * 100)[:255], "LNAME": ""}


def test_duplicates_and_disorder_make_one_member_with_the_latest_state(
    world: World, mailchimp: FakeMailchimp
) -> None:
    told = [profile(A, version, YES, first_name=f"n{version}") for version in range(4)]
    for rank in (2, 0, 3, 3, 1, 2):
        world.deliver(told[rank], f"msg_told{rank}")

    until_done(world)

    assert [row["merge_fields"]["FNAME"] for row in mailchimp.members.values()] == ["n3"]
    assert mailchimp.mails == [A.email]


def test_a_consent_given_withdrawn_and_given_again_is_followed(
    world: World, mailchimp: FakeMailchimp
) -> None:
    statuses = []
    for version, metadata in enumerate((YES, {}, YES, NO, {}, YES)):
        world.tell(A, version, metadata)
        until_done(world)
        statuses.append(mailchimp.status(A.email))
        if statuses[-1] == "pending":
            mailchimp.put(A.email, "subscribed")  # the person confirms

    assert statuses == ["pending", "unsubscribed", "pending", "unsubscribed", "unsubscribed", "pending"]
    assert mailchimp.mails == [A.email] * 3


def test_who_loses_their_only_address_is_unsubscribed(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    world.tell(A, 2, YES, email=None)
    until_done(world)

    assert mailchimp.status(A.email) == "unsubscribed"


@pytest.mark.parametrize("status", ["unsubscribed", "cleaned"])
def test_who_left_at_mailchimp_itself_is_not_brought_back(
    world: World, mailchimp: FakeMailchimp, status: str
) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    mailchimp.put(A.email, status)
    world.tell(A, 2, YES, first_name="another")

    assert world.dispatch("mailchimp") == 1

    assert world.all_done("mailchimp")  # neither retried nor given up
    assert (mailchimp.status(A.email), mailchimp.mails) == (status, [A.email])


def test_who_was_deleted_for_ever_is_not_brought_back(world: World, mailchimp: FakeMailchimp) -> None:
    mailchimp.forgotten.add(hashed(A.email))
    world.tell(A, 1, YES)

    assert world.dispatch("mailchimp") == 1

    assert world.all_done("mailchimp")
    assert mailchimp.members == {}


def test_a_withdrawal_does_not_undo_what_the_person_did_since_at_mailchimp(
    world: World, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    world.tell(A, 2, NO)
    until_done(world)
    mailchimp.put(A.email, "subscribed")  # by a form of Mailchimp's own
    world.tell(A, 3, NO, first_name="another")
    until_done(world)

    assert mailchimp.status(A.email) == "subscribed"


def test_another_refusal_is_this_effects_own_and_is_retried(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 1, YES)
    world.tell(B, 1, YES)
    mailchimp.faults = [Answer({"title": "Invalid Resource", "detail": A.email}, 400), Answer([], 400)]

    assert world.dispatch("mailchimp") == 2
    assert not world.all_done("mailchimp")
    world.later()
    until_done(world)

    assert len(mailchimp.members) == 2


def test_a_changed_address_moves_the_subscription(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    mailchimp.put(A.email, "subscribed")
    world.tell(A, 2, YES, email=NEW)
    until_done(world)

    assert {row["email_address"]: row["status"] for row in mailchimp.members.values()} == {NEW: "subscribed"}
    world.tell(A, 3, YES, email=A.email)  # and back
    until_done(world)
    assert {row["email_address"]: row["status"] for row in mailchimp.members.values()} == {
        A.email: "subscribed"
    }
    assert mailchimp.mails == [A.email]


@pytest.mark.parametrize(
    "faults",
    [
        [LOST],  # the old address was moved, and nothing said so
        [None, LOST],  # the new one was kept, and nothing said so
        [None, Answer({}, 503)],  # half done
        [Answer({}, 503)],
    ],
)
def test_a_change_of_address_cut_anywhere_ends_well(
    world: World, mailchimp: FakeMailchimp, faults: list[Answer | None]
) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    mailchimp.put(A.email, "subscribed")
    world.tell(A, 2, YES, email=NEW, first_name="new")
    mailchimp.faults = list(faults)
    until_done(world)

    (row,) = mailchimp.members.values()
    assert row["email_address"] == NEW
    assert (row["status"], row["merge_fields"]["FNAME"]) == ("subscribed", "new")
    assert len(mailchimp.mails) == 1


def test_where_the_new_address_is_already_on_the_list_the_old_one_leaves_it(
    world: World, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    mailchimp.put(A.email, "subscribed")
    mailchimp.put(NEW, "subscribed")
    world.tell(A, 2, YES, email=NEW)
    until_done(world)

    assert (mailchimp.status(A.email), mailchimp.status(NEW)) == ("unsubscribed", "subscribed")


def test_a_withdrawal_with_a_change_of_address_leaves_nobody_subscribed(
    world: World, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    world.tell(A, 2, NO, email=NEW)
    until_done(world)

    assert (mailchimp.status(A.email), mailchimp.status(NEW)) == ("unsubscribed", None)


def test_an_address_that_changed_hands_is_its_new_owners(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 1, YES)
    world.tell(B, 1, YES, email=A.email)
    until_done(world)
    mailchimp.put(A.email, "subscribed")
    world.tell(A, 2, YES, email=NEW)
    until_done(world)
    world.tell(A, 3, NO, email=NEW)
    until_done(world)

    assert (mailchimp.status(A.email), mailchimp.status(NEW)) == ("subscribed", "unsubscribed")


def test_a_lost_answer_makes_one_member_and_one_mail(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 1, YES)
    mailchimp.faults = [LOST]
    until_done(world)

    assert methods(mailchimp) == ["PUT", "PUT"]
    assert (len(mailchimp.members), mailchimp.mails) == (1, [A.email])


@pytest.mark.parametrize("fault", [LOST, Answer({}, 500)])
def test_a_withdrawal_cut_short_is_carried_out_by_the_next_attempt(
    world: World, mailchimp: FakeMailchimp, fault: Answer
) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    world.tell(A, 2, NO)
    mailchimp.faults = [fault]
    until_done(world)

    assert mailchimp.status(A.email) == "unsubscribed"


def test_a_withdrawal_given_up_after_days_is_carried_out_when_it_is_retried(
    world: World, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    world.tell(A, 2, NO)
    mailchimp.faults = [Answer({}, 500)] * ATTEMPTS
    for _ in range(ATTEMPTS):
        assert world.dispatch("mailchimp") == 1
        world.later()
    assert world.dispatch("mailchimp") == 0
    assert mailchimp.status(A.email) == "pending"

    assert retry_failed(world.engine, world.time()) == 1
    until_done(world)

    assert mailchimp.status(A.email) == "unsubscribed"


def test_a_consent_given_again_before_a_cut_withdrawal_is_known_is_followed(
    world: World, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    until_done(world)
    world.tell(A, 2, NO)
    mailchimp.faults = [LOST]
    world.dispatch("mailchimp")
    assert mailchimp.status(A.email) == "unsubscribed"
    world.tell(A, 3, YES)
    until_done(world)

    assert mailchimp.status(A.email) == "pending"


@pytest.mark.parametrize(("metadata", "email"), [(NO, A.email), (YES, NEW), (YES, A.email)])
def test_what_changes_while_it_is_sent_is_sent_too(
    world: World, mailchimp: FakeMailchimp, metadata: dict[str, Any], email: str
) -> None:
    world.tell(A, 1, YES)

    def change(_asked: Asked) -> None:
        mailchimp.meanwhile = lambda _asked: None
        world.tell(A, 2, metadata, email=email, first_name="later")
        world.dispatcher("mailchimp").run_once()  # another process, faster than this one

    mailchimp.meanwhile = change
    until_done(world)

    expected = {(email, "pending", "later")} if metadata == YES else {(A.email, "unsubscribed", "Prénom4242")}
    told = {
        (one["email_address"], one["status"], one["merge_fields"]["FNAME"])
        for one in mailchimp.members.values()
    }
    assert told == expected


def test_a_slower_process_does_not_overwrite_what_a_faster_one_sent(
    world: World, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    raced: list[int] = []

    def overtake(asked: Asked) -> None:
        mailchimp.meanwhile = lambda _asked: None
        world.tell(A, 2, NO)
        world.time.now += world.lanes["mailchimp"].interval_ms
        raced.append(world.dispatcher("mailchimp").run_once())
        mailchimp.respond(asked)  # the old request arrives after the other's
        mailchimp.put(A.email, "subscribed")  # at its worst

    mailchimp.meanwhile = overtake
    until_done(world)

    assert raced == [1]
    assert mailchimp.status(A.email) == "unsubscribed"


def test_who_never_stops_changing_waits_for_the_next_attempt(world: World, mailchimp: FakeMailchimp) -> None:
    world.tell(A, 0, YES)
    versions = iter(range(1, 6))

    def change(_asked: Asked) -> None:
        if (version := next(versions, None)) is not None:
            world.tell(A, version, YES, first_name=f"n{version}")

    mailchimp.meanwhile = change
    until_done(world)

    assert [row["merge_fields"]["FNAME"] for row in mailchimp.members.values()] == ["n5"]


def test_mailchimp_that_asks_to_wait_is_left_alone_that_long_and_slack_is_not(
    world: World, mailchimp: FakeMailchimp
) -> None:
    world.tell(A, 1, YES)
    mailchimp.faults = [busy(60)]
    assert world.dispatcher("mailchimp").run_once() == 1
    world.tell(B, 1, YES)

    assert world.dispatch("slack") == 2
    world.time.now += 57_999  # and two seconds for the two messages
    assert world.dispatcher("mailchimp").run_once() == 0
    world.time.now += 1
    assert world.dispatch("mailchimp") == 2
    assert len(mailchimp.members) == 2


@pytest.mark.parametrize("answer", [Answer({}, 401), Answer(None, 403), Answer({}, 503), LOST])
def test_a_failure_of_mailchimp_concerns_everyone(
    world: World, mailchimp: FakeMailchimp, answer: Answer
) -> None:
    world.tell(A, 1, YES)
    mailchimp.faults = [answer]

    with pytest.raises(EffectFailedError) as failed:
        world.lanes["mailchimp"].sender.send(Effect("k", "mailchimp_member", {}, {"clerk_id": A.clerk_id}))
    assert failed.value.everyone


def test_an_effect_of_another_kind_is_refused(world: World) -> None:
    with pytest.raises(EffectFailedError, match="unknown_kind"):
        world.lanes["mailchimp"].sender.send(Effect("k", "another", {}, None))


def test_two_accounts_of_one_address_that_both_withdraw_leave_nobody_subscribed(
    world: World, mailchimp: FakeMailchimp
) -> None:
    statuses = []
    for person, version, metadata in ((A, 1, YES), (B, 1, YES), (A, 2, NO), (B, 2, NO)):
        world.tell(person, version, metadata, email=A.email)
        until_done(world)
        statuses.append(mailchimp.status(A.email))

    assert statuses == ["pending", "pending", "pending", "unsubscribed"]


def test_the_key_names_the_data_centre() -> None:
    assert address_of(SecretStr(KEY)) == "https://us6.api.mailchimp.com/3.0"
