"""A message really arrives by SMTP, the same at each attempt, and a refusal is told from a breakdown."""

import itertools
import socket
import threading
from email.utils import parsedate_to_datetime

import pytest

from reference_impl.effects.mail import Mail
from reference_impl.effects.senders import EffectFailedError
from reference_impl.effects.smtp import SmtpMailer
from reference_impl.effects.smtp_session import TOTAL_S, smtp_server

from .conftest import SENDER
from .smtp_service import Post, serving

NOW = 1_800_000_000_000
MAIL = Mail(
    "welcome_email/user_1", "welcome_email", "amelie@example.com", "Bienvenue à L'Atelier", "Bonjour,\n"
)


def mailer(post: Post, sender: str = SENDER) -> SmtpMailer:
    return SmtpMailer(smtp_server(post.url), sender, clock=lambda: NOW)


def failure(post: Post) -> EffectFailedError:
    with pytest.raises(EffectFailedError) as failed:
        mailer(post).deliver(MAIL)
    return failed.value


def test_a_message_arrives_whole(post: Post) -> None:
    text = "Bonjour Zoé 👩‍🚀,\n\n.\n. point\n" + "é" * 3000 + "\n"

    assert mailer(post).deliver(Mail("k", "welcome_email", "zoe@example.com", "L'été 🎉 " + "é" * 80, text))

    (one,) = post.accepted
    assert (one.sender, one.to) == ("bonjour@example.com", ["zoe@example.com"])
    assert one.text == text
    message = one.message
    assert message["Subject"] == "L'été 🎉 " + "é" * 80
    assert (message["From"], message["To"]) == (SENDER, "zoe@example.com")
    assert parsedate_to_datetime(message["Date"]).timestamp() * 1000 == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.as_bytes().isascii()


def test_the_message_id_is_the_same_at_each_attempt_and_no_other_effect_has_it(post: Post) -> None:
    for key in ("welcome_email/user_1", "welcome_email/user_1", "welcome_email/user_2"):
        mailer(post).deliver(Mail(key, "welcome_email", "a@example.com", "Bonjour", "Bonjour\n"))

    first, again, other = (one.message["Message-ID"] for one in post.accepted)
    assert first == again != other
    assert first.endswith("@example.com>")
    assert "user_1" not in first


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("bonjour@example.com", "bonjour@example.com"),
        ('"Atelier, Nord" <bonjour@example.com>', "bonjour@example.com"),
        ("Été 🎉 <bonjour@école.example>", "bonjour@xn--cole-9oa.example"),
        (
            f"L'Atelier <bonjour@{'d' * 60}.{'e' * 60}.example>",
            f"bonjour@{'d' * 60}.{'e' * 60}.example",
        ),
    ],
)
def test_any_sender_that_the_settings_admit_is_written(post: Post, sender: str, address: str) -> None:
    assert mailer(post, sender).deliver(MAIL)

    (one,) = post.accepted
    assert one.sender == one.message["From"].addresses[0].addr_spec == address
    assert one.message["Message-ID"].endswith(f"@{address.partition('@')[2]}>")


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.1.1 <{address}>: unknown",
        "550 5.1.10 null MX",
        "553 5.1.3 bad syntax",
        "550 5.2.1 disabled",
    ],
)
def test_an_address_that_does_not_exist_is_refused_for_ever(post: Post, answer: str) -> None:
    post.at["RCPT"] = answer

    assert not mailer(post).deliver(MAIL)
    assert post.accepted == []


@pytest.mark.parametrize(
    ("command", "answer", "everyone"),
    [
        ("RCPT", "450 4.2.0 <{address}> greylisted", False),
        ("RCPT", "452 4.2.2 full", False),
        ("RCPT", "554 5.7.1 <{address}>: relay access denied", False),
        ("RCPT", "550 no such user, or we do not like you", False),
        ("RCPT", "550 5.1.8 bad sender", False),
        ("RCPT", "421 4.3.2 shutting down", True),
        ("MAIL", "451 4.3.0 try later", True),
        ("MAIL", "553 5.7.1 not your address", True),
        ("MAIL", "421 4.3.2 shutting down", True),
        ("DATA", "451 4.3.0 try later", False),
        ("DATA", "554 5.6.0 the content is refused", False),
        ("DATA", "421 4.3.2 shutting down", True),
    ],
)
def test_any_other_refusal_is_tried_again_and_says_only_its_code(
    post: Post, command: str, answer: str, everyone: bool
) -> None:
    post.at[command] = answer

    error = failure(post)

    assert (str(error), error.everyone) == (answer[:3], everyone)
    assert post.accepted == []


def test_what_the_server_says_after_it_accepted_changes_nothing(post: Post) -> None:
    post.at["QUIT"] = "554 I never heard of that"

    assert mailer(post).deliver(MAIL)
    assert len(post.accepted) == 1


def test_an_accented_address_passes_where_the_server_admits_it_and_is_alone_to_fail_elsewhere() -> None:
    accented = Mail("k", "welcome_email", "zoé@example.com", "Bonjour", "Bonjour\n")
    with serving(Post(), enable_SMTPUTF8=True) as post:
        assert mailer(post).deliver(accented)
        assert post.accepted[0].to == ["zoé@example.com"]
    with serving(Post()) as post, pytest.raises(EffectFailedError, match="SMTPNotSupportedError") as failed:
        mailer(post).deliver(accented)
    assert not failed.value.everyone


def test_a_server_that_is_not_there_fails_for_everyone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = Post(port=listener.getsockname()[1])

    assert failure(gone).everyone


@pytest.mark.parametrize("greeting", [b"421 4.3.2 too busy\r\n", b"554 no service\r\n", b"garbage\r\n", b""])
def test_a_server_that_does_not_welcome_fails_for_everyone(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _peer = listener.accept()
            with connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        error = failure(Post(port=listener.getsockname()[1]))
        thread.join()

    assert error.everyone


def test_all_the_waits_together_have_an_end() -> None:
    ticks = itertools.chain([0.0], itertools.repeat(TOTAL_S + 1.0))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = smtp_server(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        slow = SmtpMailer(server, SENDER, stopwatch=lambda: next(ticks))
        with pytest.raises(EffectFailedError, match="SMTPServerDisconnected") as failed:
            slow.deliver(MAIL)

    assert failed.value.everyone
