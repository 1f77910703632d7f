"""Neither a password nor a message goes in clear to another machine, nor to a server that nobody vouches for."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference_impl.effects.mail import Mail
from reference_impl.effects.senders import EffectFailedError
from reference_impl.effects.smtp import SmtpMailer
from reference_impl.effects.smtp_session import SmtpServer, smtp_server

from .certificates import self_signed, serving_context, trusting
from .conftest import SENDER
from .smtp_service import PASSWORD, USER, Post, authenticator, serving

pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data is deprecated:DeprecationWarning")

MAIL = Mail("welcome_email/user_1", "welcome_email", "amelie@example.com", "Bienvenue", "Bonjour,\n")
CREDENTIALS = "cours%40example.com:a%20p%40ss%3Aword%2F"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path)


@pytest.fixture
def guarded(certificate: Path) -> Iterator[Post]:
    """A server that wants STARTTLS and a password."""
    context = serving_context(certificate)
    options = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with serving(Post(), authenticator=authenticator, **options) as post:
        yield post


def deliver(url: str, tls: ssl.SSLContext | None = None) -> bool:
    return SmtpMailer(smtp_server(url), SENDER, tls=tls).deliver(MAIL)


def refusal(url: str, tls: ssl.SSLContext | None = None) -> str:
    with pytest.raises(EffectFailedError) as failed:
        deliver(url, tls)
    assert failed.value.everyone
    assert PASSWORD not in repr(failed.value)
    return str(failed.value)


def with_password(post: Post, scheme: str = "smtp", credentials: str = CREDENTIALS) -> str:
    return f"{scheme}://{credentials}@127.0.0.1:{post.port}"


def test_with_a_password_the_session_is_encrypted_first(guarded: Post, certificate: Path) -> None:
    assert deliver(with_password(guarded), trusting(certificate))

    (one,) = guarded.accepted
    assert (one.encrypted, one.authenticated) == (True, True)


def test_a_certificate_that_nobody_vouches_for_is_refused(guarded: Post) -> None:
    assert refusal(with_password(guarded)) == "SSLCertVerificationError"
    assert guarded.seen == []


def test_the_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    other = self_signed(tmp_path, "127.0.0.2")
    with serving(Post(), tls_context=serving_context(other)) as post:
        assert refusal(with_password(post), trusting(other)) == "SSLCertVerificationError"
        assert post.seen == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_a_password_is_not_given_to_a_server_without_tls() -> None:
    clear = {"auth_require_tls": False, "auth_required": True}
    with serving(Post(), authenticator=authenticator, **clear) as post:
        assert refusal(with_password(post)) == "SMTPNotSupportedError"
        assert post.seen == []


def test_a_wrong_password_fails_for_everyone(guarded: Post, certificate: Path) -> None:
    url = with_password(guarded, credentials="cours%40example.com:wrong")

    assert refusal(url, trusting(certificate)) == "535"
    assert guarded.seen == []


def test_a_password_that_smtp_cannot_carry_fails_for_everyone(guarded: Post, certificate: Path) -> None:
    url = with_password(guarded, credentials="cours%40example.com:%C3%A9")

    assert refusal(url, trusting(certificate)) == "UnicodeEncodeError"


def test_a_server_that_wants_more_than_the_setting_says_fails_for_everyone(
    certificate: Path, guarded: Post
) -> None:
    assert refusal(guarded.url, trusting(certificate)) == "530"
    assert guarded.accepted == []


def test_smtps_is_encrypted_from_the_first_byte(certificate: Path) -> None:
    context = serving_context(certificate)
    with serving(Post(), implicit=context) as post:
        url = post.url.replace("smtp:", "smtps:")
        assert deliver(url, trusting(certificate))
        assert post.accepted[0].encrypted
        assert refusal(url) == "SSLCertVerificationError"


@pytest.mark.parametrize(
    ("url", "server", "starttls"),
    [
        ("smtp://localhost:1025", SmtpServer("localhost", 1025), False),
        ("smtp://[::1]:1025", SmtpServer("::1", 1025), False),
        ("smtp://mail.example.com", SmtpServer("mail.example.com", 587), True),
        (f"smtp://{CREDENTIALS}@localhost", SmtpServer("localhost", 587, credentials=(USER, PASSWORD)), True),
        ("smtps://mail.example.com", SmtpServer("mail.example.com", 465, implicit_tls=True), False),
        (
            f"smtps://{CREDENTIALS}@mail.example.com:2465",
            SmtpServer("mail.example.com", 2465, implicit_tls=True, credentials=(USER, PASSWORD)),
            False,
        ),
    ],
)
def test_the_setting_says_the_server_the_password_and_when_to_encrypt(
    url: str, server: SmtpServer, starttls: bool
) -> None:
    read = smtp_server(url)

    assert (read, read.needs_starttls) == (server, starttls)
    assert PASSWORD not in repr(read)
