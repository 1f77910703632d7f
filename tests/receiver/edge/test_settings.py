"""Settings are read once, at start: a doubtful one stops the server with a sentence that says what to do."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

import reference_impl
from reference_impl.edge.signature import parse_secrets
from reference_impl.errors import InvalidSettingError
from reference_impl.settings import Settings, load_settings
from tests.receiver.signing import SECRET

from .keys import PARTY, public_pem

GOOD = {
    "APP_ENV": "production",
    "DATABASE_URL": "sqlite:////srv/receiver.db",
    "CLERK_WEBHOOK_SIGNING_SECRET": SECRET,
    "CLERK_INSTANCE_ID": "ins_2abc",
    "ERASURE_KEY": "e" * 32,
    "ADMIN_TOKEN": "a" * 32,
}

ALL_NAMES = [name.upper() for name in Settings.model_fields]


def load(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> Settings:
    for name in ALL_NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in {**GOOD, **changes}.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    return load_settings()


def refusal(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> str:
    with pytest.raises(InvalidSettingError) as refused:
        load(monkeypatch, **changes)
    assert refused.value.__cause__ is None, "the cause would be printed, and it quotes the values"
    return str(refused.value)


def subscriber(**others: Any) -> str:
    """`SUBSCRIBERS` for one application."""
    told = {"name": "crm", "url": "https://crm.example.test/", "secret": SECRET, "types": ["*"]}
    return json.dumps([{**told, **others}])


BAD = [
    ("APP_ENV", None),
    ("APP_ENV", ""),
    ("APP_ENV", "staging-7f3"),
    ("APP_ENV", "Production-7f3"),
    ("DATABASE_URL", None),
    ("DATABASE_URL", "mysql://root:hunter2@db/app"),
    ("DATABASE_URL", "hunter2"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "postgresql+asyncpg://root:hunter2@db/app"),
    ("DATABASE_URL", "postgresql://root:hunter2@db:port/app"),
    ("CLERK_WEBHOOK_SIGNING_SECRET", None),
    ("CLERK_WEBHOOK_SIGNING_SECRET", "   "),
    ("CLERK_WEBHOOK_SIGNING_SECRET", "changeme"),
    ("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_"),
    ("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_changeme"),
    ("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_é" + "A" * 31),
    ("CLERK_WEBHOOK_SIGNING_SECRET", f'"{SECRET}"'),
    ("CLERK_WEBHOOK_SIGNING_SECRET", SECRET.removeprefix("whsec_")),
    ("CLERK_WEBHOOK_SIGNING_SECRET", f"{SECRET} whsec_c2hvcnQ="),
    ("CLERK_WEBHOOK_SIGNING_SECRET", f"{SECRET},{SECRET}"),
    ("CLERK_INSTANCE_ID", None),
    ("CLERK_INSTANCE_ID", "app_2abc"),
    ("CLERK_INSTANCE_ID", "ins_2abc ins_other"),
    ("ERASURE_KEY", None),
    ("ERASURE_KEY", "hunter2"),
    ("ERASURE_KEY", "e" * 32 + "\n"),
    ("ADMIN_TOKEN", "hunter2"),
    ("ADMIN_TOKEN", "a" * 16 + " b"),
    ("ADMIN_TOKEN", "é" * 20),
    ("CLERK_JWT_KEY", "hunter2-is-no-key"),
    ("CLERK_JWT_KEY", "-----BEGIN PUBLIC KEY-----\nhunter2\n-----END PUBLIC KEY-----"),
    ("CLERK_JWKS_URL", "file:///etc/passwd"),
    ("CLERK_JWKS_URL", "http://clerk.example.test/jwks"),
    ("CLERK_JWKS_URL", "https://[hunter2"),
    ("CLERK_AUTHORIZED_PARTIES", "https://app.example.test/"),
    ("CLERK_AUTHORIZED_PARTIES", "app.example.test"),
    ("CLERK_API_URL", "http://api.example.test/v1"),
    ("APP_NAME", "a\nb"),
    ("APP_URL", "http://app.example.test"),
    ("SMTP_URL", "hunter2.internal"),
    ("SMTP_URL", "smtp://user:hunter2@mail.example.test:587"),
    ("RESEND_API_KEY", "hunter2"),
    ("EMAIL_FROM", "hunter2"),
    ("EMAIL_FROM", "hunter2@exemple..fr"),
    ("EMAIL_FROM", "hunter2.@exemple.fr"),
    ("EMAIL_FROM", "é.hunter2@exemple.fr"),
    ("EMAIL_FROM", "hunter2@exemple.fr, autre@exemple.fr"),
    ("EMAIL_FROM", "a@b.fr\nBcc: hunter2@b.fr"),
    ("SLACK_BOT_TOKEN", "hunter2"),
    ("SLACK_CHANNEL", "#hunter2"),
    ("MAILCHIMP_API_KEY", "hunter2-us6"),
    ("MAILCHIMP_API_KEY", "hunter2"),
    ("STRIPE_WEBHOOK_SECRET", "hunter2"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_hunter2"),
    ("RESEND_WEBHOOK_SECRET", "whsec_hunter2"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_hunter2hunter2hunter2,whsec_hunter2hunter2hunter2"),
    ("EASYPOST_WEBHOOK_SECRET", "hunter2"),
    ("EASYPOST_WEBHOOK_SECRET", "hunter2hunter2hunter2\n"),
    ("SHIPPO_WEBHOOK_TOKEN", "hunter2+hunter2+hunter2"),
    ("RESEND_WEBHOOK_SECRET", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
    ("SHIPPO_WEBHOOK_SECRET", "hunter2"),
    ("SHIPPO_WEBHOOK_TOKEN", "hunter2"),
    ("ALERTS", "peut-être"),
    ("ONBOARDING", "true"),
    ("SUBSCRIBERS", "hunter2"),
    ("SUBSCRIBERS", '{"name": "hunter2"}'),
    ("SUBSCRIBERS", '["hunter2"]'),
    ("SUBSCRIBERS", subscriber(secret="whsec_hunter2")),
    ("SUBSCRIBERS", subscriber(url="http://app.example.test/hunter2")),
    ("SUBSCRIBERS", subscriber(name="Hunter2 !")),
    ("SUBSCRIBERS", subscriber(fields=["private_metadata"])),
    ("SUBSCRIBERS", subscriber(unknown="hunter2")),
    ("SUBSCRIBERS", subscriber(types=["users.*"])),
    ("SUBSCRIBERS", subscriber(types=[])),
    ("RESEND_API_KEY", "hunter2\u00e9"),
    ("SUBSCRIBERS", f"[{subscriber()[1:-1]}, {subscriber()[1:-1]}]"),
    ("KEEP_BODIES", "peut-être"),
    ("BODY_RETENTION_DAYS", "0"),
    ("INBOX_RETENTION_DAYS", "-41"),
    ("INBOX_RETENTION_DAYS", "29"),
    ("SESSION_RETENTION_DAYS", "3.75"),
    ("DATABASE_POOL_SIZE", "0"),
    ("DATABASE_POOL_SIZE", "40001"),
]


@pytest.mark.parametrize(("name", "value"), BAD, ids=[f"{name}={value!r}"[:50] for name, value in BAD])
def test_a_bad_value_is_a_french_sentence_that_names_the_variable_and_never_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    sentence = refusal(monkeypatch, **{name: value})
    assert name in sentence
    assert "\n" not in sentence, "one fault, one line"
    assert not any(english in sentence for english in ("Input", "should", "valid ", "Value error"))
    for part in (
        "hunter2",
        SECRET,
        SECRET[6:],
        "staging",
        "7f3",
        "-41",
        "3.75",
        "40001",
        "peut-être",
        "passwd",
    ):
        assert part not in sentence


def test_a_login_without_authorized_parties_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "CLERK_AUTHORIZED_PARTIES" in refusal(monkeypatch, CLERK_JWT_KEY=public_pem())
    jwks = refusal(monkeypatch, CLERK_JWKS_URL="https://clerk.example.test/.well-known/jwks.json")
    assert "CLERK_AUTHORIZED_PARTIES" in jwks


def test_a_private_key_is_not_taken_for_a_public_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    from .keys import private_key

    pem = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    sentence = refusal(monkeypatch, CLERK_JWT_KEY=pem, CLERK_AUTHORIZED_PARTIES=PARTY)
    assert "CLERK_JWT_KEY" in sentence
    assert "BEGIN" not in sentence


def test_each_fault_has_its_own_line(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = refusal(monkeypatch, APP_ENV="x", ERASURE_KEY="y", ADMIN_TOKEN=None).splitlines()
    assert [sentence.split(" ")[0] for sentence in sentences] == ["APP_ENV", "ERASURE_KEY", "ADMIN_TOKEN"]


GOOD_VALUES: list[tuple[str, str, str, Any]] = [
    ("APP_ENV", "development", "app_env", "development"),
    (
        "CLERK_JWKS_URL",
        "https://clerk.example.test/jwks",
        "clerk_jwks_url",
        "https://clerk.example.test/jwks",
    ),
    ("CLERK_JWKS_URL", "http://127.0.0.1:1/jwks", "clerk_jwks_url", "http://127.0.0.1:1/jwks"),
    ("CLERK_JWT_KEY", public_pem(), "clerk_jwt_key", public_pem()),
    ("CLERK_JWT_KEY", public_pem().replace("\n", "\\n"), "clerk_jwt_key", public_pem().replace("\n", "\\n")),
    ("EMAIL_FROM", "Équipe <cours@example.com>", "email_from", "Équipe <cours@example.com>"),
    ("EMAIL_FROM", "", "email_from", None),
    ("SLACK_CHANNEL", "C0123", "slack_channel", "C0123"),
    ("ALERTS", "true", "alerts", True),
    ("KEEP_BODIES", "false", "keep_bodies", False),
    ("BODY_RETENTION_DAYS", "1", "body_retention_days", 1),
    ("DATABASE_POOL_SIZE", "1", "database_pool_size", 1),
]


@pytest.mark.parametrize(("name", "value", "field", "expected"), GOOD_VALUES)
def test_a_good_value_is_read(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, expected: Any
) -> None:
    loaded = load(monkeypatch, **{"CLERK_AUTHORIZED_PARTIES": f"{PARTY} http://localhost:3000", name: value})
    assert getattr(loaded, field) == expected
    assert loaded.clerk_authorized_parties == (PARTY, "http://localhost:3000")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_named_as_hosts_name_it(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    url = f"{scheme}://user:secret@db.example.test:5432/app?sslmode=require"
    assert load(monkeypatch, DATABASE_URL=url).database_url.get_secret_value() == url


def test_an_example_is_good_for_a_trial_and_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    example = Path(reference_impl.__file__).parent / "deploy" / "env.example"
    values = dict(
        line.split("=", 1) for line in example.read_text().splitlines() if "=" in line and line[0] != "#"
    )
    assert load(monkeypatch, **values, CLERK_INSTANCE_ID=None).app_env == "development"
    for name in ("CLERK_WEBHOOK_SIGNING_SECRET", "ERASURE_KEY", "ADMIN_TOKEN"):
        sentence = refusal(monkeypatch, **{name: values[name]})
        assert name in sentence
        assert values[name] not in sentence


def test_development_needs_no_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, APP_ENV="development", CLERK_INSTANCE_ID=None).clerk_instance_id is None


def test_settings_show_no_secret_when_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(load(monkeypatch, CLERK_SECRET_KEY="sk_live_hunter2")) + str(load(monkeypatch))
    assert not any(secret in shown for secret in (SECRET, "hunter2", "e" * 32, "a" * 32, "receiver.db"))


def encoded(length: int) -> str:
    return "whsec_" + base64.b64encode(bytes(range(length))).decode()


def test_a_list_of_secrets_keeps_its_order() -> None:
    assert parse_secrets(f"  {encoded(24)}\n\t{encoded(32)}  {encoded(64)} ") == [
        encoded(24),
        encoded(32),
        encoded(64),
    ]


@pytest.mark.parametrize("length", [0, 1, 15, 16, 23])
def test_a_secret_shorter_than_the_standard_is_refused_by_its_rank(length: int) -> None:
    with pytest.raises(InvalidSettingError, match="n° 2"):
        parse_secrets(f"{encoded(24)} {encoded(length)}")


def test_the_applications_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    (application,) = load(monkeypatch, SUBSCRIBERS=subscriber(fields=["email"])).subscribers

    assert (application.name, application.types, application.fields) == ("crm", ("*",), ("email",))
    assert SECRET not in repr(application)
