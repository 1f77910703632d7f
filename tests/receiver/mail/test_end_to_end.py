"""From the webhook to the letter box: one message, to the address of the moment, to nobody who is gone."""

from typing import Any

import pytest
from sqlalchemy import delete

from reference_impl.edge.login import record_login
from reference_impl.effects.mail import Mail, Mailer
from reference_impl.effects.remote import Remote
from reference_impl.effects.resend_api import ResendMailer
from reference_impl.effects.smtp import SmtpMailer
from reference_impl.effects.smtp_session import smtp_server
from reference_impl.receiving.outcomes import Outcome
from reference_impl.store.outbox import OUTBOX
from tests.receiver.privacy.people import A, B
from tests.receiver.privacy.scan import read_all

from .conftest import SENDER, World, addressed, claims, joined, told
from .fake_resend import LOST, TOKEN, FakeResend
from .smtp_service import Post

WELCOME = f"welcome_email/{A.clerk_id}"


class Killed(BaseException):
    """The process is killed."""


class MortalMailer:
    """A mailer whose process is killed once, between the sending and its note."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer, self._deaths = mailer, iter([Killed()])

    def deliver(self, mail: Mail) -> bool:
        delivered = self._mailer.deliver(mail)
        for death in self._deaths:
            raise death
        return delivered


@pytest.fixture
def smtp(post: Post) -> SmtpMailer:
    return SmtpMailer(smtp_server(post.url), SENDER)


@pytest.fixture
def api(resend: FakeResend) -> ResendMailer:
    return ResendMailer(Remote(resend.url, headers={"Authorization": f"Bearer {TOKEN}"}), SENDER)


def received(post: Post) -> list[list[str]]:
    return [one.to for one in post.accepted]


def deletion() -> dict[str, Any]:
    return A.event("user.deleted")


def test_a_person_told_twice_and_in_disorder_gets_one_message(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    created, updated = told(A), told(A, 5, first_name="Zoé 🎉")
    outcomes = [
        world.deliver(event, svix_id)
        for event, svix_id in ((updated, "b"), (created, "a"), (created, "a"), (updated, "b"), (created, "c"))
    ]

    assert outcomes == [
        Outcome.PROCESSED,
        Outcome.STALE,
        Outcome.DUPLICATE,
        Outcome.DUPLICATE,
        Outcome.STALE,
    ]
    assert [world.dispatch(smtp), world.dispatch(smtp)] == [1, 0]
    (one,) = post.accepted
    assert one.to == [A.email]
    assert one.text.startswith("Bonjour Zoé 🎉,\n")
    assert one.message["Subject"] == "Bienvenue sur L'Atelier"
    assert world.left() == {}


def test_a_provider_that_receives_messages_leaves_nothing_to_disclose(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    world.deliver(told(A))
    world.dispatch(smtp)
    assert len(post.accepted) == 1
    assert read_all(world.engine)["disclosures"] == []

    world.deliver(deletion())

    assert world.dispatch(smtp) == 0
    assert world.owed() == {}


def test_a_person_who_logged_in_before_their_webhook_is_written_to_once_their_address_is_known(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    record_login(world.receiver, claims(A, None))
    assert world.dispatch(smtp) == 1
    assert world.left() == {WELCOME: 1}
    assert post.seen == []

    world.deliver(told(A))
    world.later()

    assert world.dispatch(smtp) == 1
    assert received(post) == [[A.email]]
    assert world.left() == {}


def test_a_person_who_logged_in_and_proves_to_have_no_address_is_not_waited_for(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    record_login(world.receiver, claims(A, None))
    world.deliver(told(A, email_addresses=[]))

    assert world.dispatch(smtp) == 1
    assert world.left() == {}
    assert post.seen == []


def test_a_person_erased_before_the_sending_gets_nothing(world: World, smtp: SmtpMailer, post: Post) -> None:
    world.deliver(told(A))
    world.deliver(deletion())

    assert world.dispatch(smtp) == 0
    assert world.owed() == {}
    assert post.seen == []


def test_a_person_who_changed_their_address_is_written_to_at_the_new_one(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    world.deliver(told(A))
    post.at["RCPT"] = "450 4.2.0 greylisted"
    assert world.dispatch(smtp) == 1
    world.deliver(told(A, 5, **addressed(A.second)))
    del post.at["RCPT"]
    world.later()

    assert world.dispatch(smtp) == 1
    assert received(post) == [[A.second]]


def test_a_condemned_address_is_left_alone_and_the_next_one_is_written_to(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    world.condemned.add(A.email)
    for person in (A, B):
        world.deliver(told(person))

    assert world.dispatch(smtp) == 2
    assert received(post) == [[B.email]]
    assert world.left() == {}


def test_killed_between_the_sending_and_its_note_smtp_gets_the_same_message_id_again(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    world.deliver(told(A))
    mortal = MortalMailer(smtp)
    with pytest.raises(Killed):
        world.dispatch(mortal)
    assert world.left() == {WELCOME: 1}
    world.later()

    assert world.dispatch(mortal) == 1

    first, again = (one.message["Message-ID"] for one in post.accepted)
    assert first == again
    assert world.left() == {}


def test_killed_between_the_sending_and_its_note_resend_knows_the_key_again(
    world: World, api: ResendMailer, resend: FakeResend
) -> None:
    world.deliver(told(A))
    mortal = MortalMailer(api)
    with pytest.raises(Killed):
        world.dispatch(mortal)
    assert world.left() == {WELCOME: 1}
    world.later()

    assert world.dispatch(mortal) == 1

    assert [asked.key for asked in resend.asked] == [WELCOME] * 2
    assert len(resend.mails()) == 1
    assert world.left() == {}


def test_after_a_lost_answer_a_new_address_makes_no_second_message(
    world: World, api: ResendMailer, resend: FakeResend
) -> None:
    world.deliver(told(A))
    resend.faults = [LOST]
    assert world.dispatch(api) == 1
    assert world.left() == {WELCOME: 1}
    world.deliver(told(A, 5, **addressed(A.second)))
    world.later()

    assert world.dispatch(api) == 1

    assert len(resend.asked) == 2
    assert [mail["to"] for mail in resend.mails()] == [[A.email]]
    assert world.left() == {}


def test_a_provider_that_is_down_is_asked_once_and_loses_nothing(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    post.at["MAIL"] = "421 4.3.2 shutting down"
    for person in (A, B):
        world.deliver(told(person))
    assert world.dispatch(smtp) == 1
    assert sorted(world.left().values()) == [0, 1]
    post.at.clear()
    world.later()

    assert world.dispatch(smtp) == 2
    assert sorted(received(post)) == [[A.email], [B.email]]


def test_a_new_administrator_is_written_to_once_for_each_organization(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    world.deliver(told(A))
    world.deliver(A.event("organization.created"))
    for _ in range(2):
        world.deliver(joined(A, world))

    world.dispatch(smtp)

    assert subjects(post) == [
        "Bienvenue sur L'Atelier",
        "Vous administrez une organisation sur L'Atelier",
    ]
    assert world.left() == {}


def test_who_was_demoted_before_the_sending_is_not_told_that_they_administer(
    world: World, smtp: SmtpMailer, post: Post
) -> None:
    world.deliver(told(A))
    world.deliver(joined(A, world))
    world.deliver(joined(A, world, "org:member", version=1))

    assert world.dispatch(smtp) == 2
    assert subjects(post) == ["Bienvenue sur L'Atelier"]
    assert world.left() == {}

    world.deliver(joined(A, world, version=2))  # promoted after all
    world.dispatch(smtp)
    assert subjects(post)[1:] == ["Vous administrez une organisation sur L'Atelier"]


@pytest.mark.parametrize("known_as", [None, "org:member", "org:admin"])
def test_of_a_member_of_long_ago_only_a_promotion_is_news(
    world: World, smtp: SmtpMailer, post: Post, known_as: str | None
) -> None:
    world.deliver(told(A))
    if known_as:
        world.deliver(joined(A, world, known_as))
    world.dispatch(smtp)
    post.accepted.clear()
    with world.engine.begin() as connection:
        connection.execute(delete(OUTBOX))  # as the purge does, months later
    event = joined(A, world, version=1)
    world.time.now += 90 * 86_400_000

    world.deliver(event)
    world.dispatch(smtp)

    told_now = ["Vous administrez une organisation sur L'Atelier"] if known_as == "org:member" else []
    assert subjects(post) == told_now


def subjects(post: Post) -> list[str]:
    """The subjects of what was accepted, sorted."""
    return sorted(one.message["Subject"] for one in post.accepted)
