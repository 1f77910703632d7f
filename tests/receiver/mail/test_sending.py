"""Whether a message is sent: to which address, of which kind, by which provider."""

from typing import Any

import pytest
from sqlalchemy import Engine, insert
from structlog.testing import capture_logs

from reference_impl.effects.mail import Mail, MailSender
from reference_impl.effects.messages import Message
from reference_impl.effects.resend_api import ResendMailer
from reference_impl.effects.senders import Effect, EffectFailedError, LogSender, Sent
from reference_impl.effects.smtp import SmtpMailer
from reference_impl.privacy.register import Subjects
from reference_impl.providers.resend.addresses import UNUSABLE, is_unusable
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.mail_lane import mail_lane
from reference_impl.scenarios.messages import COMPOSERS
from tests.receiver.edge.served import settings

from .conftest import APPLICATION
from .fake_resend import TOKEN, FakeResend

pytestmark = pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)

PERSON = {
    "clerk_id": "user_1",
    "email": "zoe@example.com",
    "first_name": "Zoé",
    "banned": False,
    "deprovisioned": False,
    "clerk_updated_at": 1,
}


class Hands:
    """A mailer that remembers, and answers what it was told to."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.known = True

    def deliver(self, mail: Mail) -> bool:
        self.mails.append(mail)
        return self.known


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def sender(engine: Engine, hands: Hands) -> MailSender:
    composers = {
        **COMPOSERS,
        "nothing": lambda *_: None,
        "folded": lambda *_: Message("Bonjour\r\nBcc: everybody@example.com", "T"),
    }
    return MailSender(engine, hands, APPLICATION, composers, {"lost@example.com"}.__contains__)


def welcome(**others: Any) -> Effect:
    return Effect("welcome_email/user_1", "welcome_email", {}, {**PERSON, **others})


def test_the_message_goes_to_the_address_of_today_under_the_key_of_the_effect(
    sender: MailSender, hands: Hands
) -> None:
    assert sender.send(welcome()) == Sent()

    (mail,) = hands.mails
    assert (mail.key, mail.kind, mail.to) == ("welcome_email/user_1", "welcome_email", "zoe@example.com")
    assert mail.subject == "Bienvenue sur L'Atelier"


def test_a_row_that_no_webhook_filled_yet_waits_for_its_address(sender: MailSender, hands: Hands) -> None:
    for email in (None, ""):
        with pytest.raises(EffectFailedError, match="no_address") as failed:
            sender.send(welcome(email=email, clerk_updated_at=0))
        assert not failed.value.everyone
    assert hands.mails == []


def test_an_account_without_an_address_is_written_nothing(sender: MailSender, hands: Hands) -> None:
    assert sender.send(welcome(email=None)) == Sent()
    assert hands.mails == []


@pytest.mark.parametrize(
    "address",
    [
        "lost@example.com",
        "a@example.com\r\nRCPT TO:<b@example.com>",
        "a@example.com, b@example.com",
        "a@example.com\x00",
        "<a@example.com> b@example.com",
        "=?utf-8?q?b=40evil=2etest=2c?=@example.com",
        "@example.com",
        "nobody",
        "a@b@c",
        "a" * 250 + "@b.fr",
    ],
)
def test_an_address_that_cannot_serve_is_written_nothing_and_the_log_does_not_say_it(
    sender: MailSender, hands: Hands, address: str
) -> None:
    with capture_logs() as said:
        assert sender.send(welcome(email=address)) == Sent()

    assert hands.mails == []
    assert said == [
        {"event": "message", "log_level": "warning", "kind": "welcome_email", "outcome": "unusable"}
    ]


def test_an_address_that_the_server_refuses_for_ever_ends_the_effect(
    sender: MailSender, hands: Hands
) -> None:
    hands.known = False

    with capture_logs() as said:
        assert sender.send(welcome()) == Sent()

    assert said == [
        {"event": "message", "log_level": "warning", "kind": "welcome_email", "outcome": "refused"}
    ]


@pytest.mark.parametrize("address", ["zoé@exemple.fr", "a+b.c_d-e@sub.example.com", "o'neil@example.com"])
def test_an_ordinary_address_serves(sender: MailSender, hands: Hands, address: str) -> None:
    sender.send(welcome(email=address))

    assert [mail.to for mail in hands.mails] == [address]


def test_a_message_that_has_nothing_more_to_say_is_not_sent(sender: MailSender, hands: Hands) -> None:
    assert sender.send(Effect("k", "nothing", {}, PERSON)) == Sent()
    assert hands.mails == []


def test_a_subject_has_one_line_whoever_composed_it(sender: MailSender, hands: Hands) -> None:
    sender.send(Effect("k", "folded", {}, PERSON))

    assert hands.mails[0].subject == "Bonjour Bcc: everybody@example.com"


def test_an_unknown_kind_and_a_message_to_nobody_fail_alone(sender: MailSender) -> None:
    for effect, reason in (
        (Effect("k", "unheard_of", {}, PERSON), "unknown_kind"),
        (Effect("k", "welcome_email", {}, None), "no_recipient"),
    ):
        with pytest.raises(EffectFailedError, match=reason) as failed:
            sender.send(effect)
        assert not failed.value.everyone


def test_of_an_erasure_the_provider_is_told_nothing(sender: MailSender, hands: Hands) -> None:
    assert sender.send(Effect("k", "art19", {"recipient": "email", "recipient_ref": "r"}, None)) == Sent()
    assert hands.mails == []


@pytest.fixture
def receiver(engine: Engine) -> Receiver:
    return Receiver(engine, Subjects("an-erasure-key-of-the-tests"))


def mailer_chosen(database_url: str, receiver: Receiver, **chosen: Any) -> Any:
    lane = mail_lane(settings(database_url, **chosen), receiver, COMPOSERS, unusable=lambda _: False)
    assert lane.destination == "email"
    return lane.sender


def test_the_settings_choose_the_provider(database_url: str, receiver: Receiver) -> None:
    by_smtp = mailer_chosen(database_url, receiver, smtp_url="smtp://127.0.0.1:1025")
    by_resend = mailer_chosen(database_url, receiver, resend_api_key=TOKEN)

    assert isinstance(by_smtp.mailer, SmtpMailer)
    assert isinstance(by_resend.mailer, ResendMailer)
    assert isinstance(mailer_chosen(database_url, receiver, app_env="development"), LogSender)


def test_the_lane_writes_in_the_name_of_the_application_but_not_to_an_address_that_the_tracking_condemned(
    database_url: str, engine: Engine, receiver: Receiver, resend: FakeResend
) -> None:
    with engine.begin() as connection:
        condemned = {"fingerprint": receiver.subjects("lost@example.com"), "reason": "bounced", "since": 1}
        connection.execute(insert(UNUSABLE).values(condemned))

    def unusable(address: str) -> bool:
        with engine.connect() as connection:
            return is_unusable(connection, receiver.subjects, address)

    chosen = settings(database_url, resend_api_key=TOKEN, resend_api_url=resend.url, app_name="L'Atelier")
    lane = mail_lane(chosen, receiver, COMPOSERS, unusable=unusable)
    lane.sender.send(welcome(email="Lost@Example.com"))
    lane.sender.send(welcome())

    (mail,) = resend.mails()
    assert (mail["to"], mail["from"]) == (["zoe@example.com"], "cours@example.com")
    assert mail["subject"] == "Bienvenue sur L'Atelier"
