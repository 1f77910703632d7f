"""A message goes once through Resend, whatever becomes of the answers; its refusals are told apart."""

import pytest

from reference_impl.effects.mail import Mail
from reference_impl.effects.remote import Remote
from reference_impl.effects.resend_api import ResendMailer
from reference_impl.effects.senders import EffectFailedError

from .conftest import SENDER
from .fake_resend import LOST, TOKEN, FakeResend, refused

MAIL = Mail("welcome_email/user_1", "welcome_email", "amelie@example.com", "Bienvenue", "Bonjour Zoé 🎉,\n")
RENAMED = Mail("welcome_email/user_1", "welcome_email", "amelie@example.com", "Bienvenue", "Bonjour Chloé,\n")


def mailer(resend: FakeResend, token: str = TOKEN) -> ResendMailer:
    return ResendMailer(Remote(resend.url, headers={"Authorization": f"Bearer {token}"}), SENDER)


def failure(resend: FakeResend, token: str = TOKEN) -> EffectFailedError:
    with pytest.raises(EffectFailedError) as failed:
        mailer(resend, token).deliver(MAIL)
    return failed.value


def test_a_message_is_sent_as_resend_wants_it(resend: FakeResend) -> None:
    assert mailer(resend).deliver(MAIL)

    (asked,) = resend.asked
    assert asked.key == "welcome_email/user_1"
    assert asked.body == {
        "from": SENDER,
        "to": ["amelie@example.com"],
        "subject": "Bienvenue",
        "text": "Bonjour Zoé 🎉,\n",
        "tags": [{"name": "kind", "value": "welcome_email"}],
    }


def test_a_lost_answer_makes_no_second_message(resend: FakeResend) -> None:
    resend.faults = [LOST]
    assert failure(resend).everyone

    assert mailer(resend).deliver(MAIL)
    assert len(resend.asked) == 2
    assert len(resend.mails()) == 1


def test_after_a_lost_answer_a_person_who_changed_their_name_is_not_greeted_again(resend: FakeResend) -> None:
    resend.faults = [LOST]
    failure(resend)

    assert mailer(resend).deliver(RENAMED)
    assert [mail["text"] for mail in resend.mails()] == [MAIL.text]


def test_the_longest_key_is_one_that_resend_admits(resend: FakeResend) -> None:
    long = [
        Mail(f"admin_email/{'o' * 255}/{'é' * 255}{n}", "admin_email", "a@b.test", "S", "T") for n in (1, 2)
    ]

    assert all(mailer(resend).deliver(mail) for mail in long)
    assert len(resend.mails()) == 2


@pytest.mark.parametrize(
    ("status", "name", "wait", "everyone"),
    [
        (409, "concurrent_idempotent_requests", None, False),
        (409, "something_else", None, False),
        (400, "validation_error", None, False),
        (422, "invalid_parameter", None, False),
        (403, "validation_error", None, True),
        (429, "rate_limit_exceeded", 2, True),
        (429, "daily_quota_exceeded", 3600, True),
        (500, "internal_server_error", None, False),
    ],
)
def test_a_refusal_is_tried_again_and_says_only_its_code(
    resend: FakeResend, status: int, name: str, wait: int | None, everyone: bool
) -> None:
    resend.faults = [refused(status, name, **({"Retry-After": str(wait)} if wait else {}))]

    error = failure(resend)

    assert (str(error), error.retry_after_s, error.everyone) == (str(status), wait, everyone)
    assert resend.mails() == []
    assert mailer(resend).deliver(MAIL)


def test_a_wrong_key_fails_for_everyone(resend: FakeResend) -> None:
    error = failure(resend, "re_wrong")

    assert (str(error), error.everyone) == ("403", True)


def test_a_conflict_that_is_not_json_is_tried_again(resend: FakeResend) -> None:
    resend.faults = [refused(409, "")]

    assert str(failure(resend)) == "409"
