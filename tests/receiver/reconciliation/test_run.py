"""What `reconcile` checks before it reads anybody."""

import pytest
from pydantic import SecretStr

from reference_impl.errors import InvalidSettingError
from reference_impl.receiving.receive import Receiver
from reference_impl.reconciliation.run import run_reconciliation
from reference_impl.settings import Environment, Settings
from tests.receiver.signing import SECRET

from .fake_clerk import INSTANCE, SECRET_KEY, FakeClerk
from .people import rows, user


def settings(clerk: FakeClerk, *, key: str | None = SECRET_KEY, instance: str = INSTANCE) -> Settings:
    return Settings(
        app_env=Environment.PRODUCTION,
        database_url=SecretStr("sqlite:///unused.db"),
        clerk_webhook_signing_secret=SecretStr(SECRET),
        clerk_instance_id=instance,
        erasure_key=SecretStr("k" * 32),
        admin_token=SecretStr("t" * 32),
        clerk_secret_key=None if key is None else SecretStr(key),
        clerk_api_url=clerk.url,
    )


def test_the_settings_are_enough(
    receiver: Receiver, clerk: FakeClerk, capsys: pytest.CaptureFixture[str]
) -> None:
    clerk.sign_up(user("ada"))

    report = run_reconciliation(settings(clerk, key=f" {SECRET_KEY}\n"), receiver, allow_erasures=False)

    assert report.created == 1
    assert "@example.com" not in capsys.readouterr().out


def test_the_key_of_another_instance_is_refused_before_anybody_is_read(
    receiver: Receiver, clerk: FakeClerk
) -> None:
    clerk.sign_up(user("ada"))

    with pytest.raises(InvalidSettingError, match="CLERK_SECRET_KEY ouvre l'instance"):
        run_reconciliation(settings(clerk, instance="ins_other"), receiver, allow_erasures=True)
    assert rows(receiver) == {}
    assert clerk.queries() == []


@pytest.mark.parametrize("key", [None, "", "whsec_abcdef", "pk_live_abc", "sk_live_é", "sk_live_a b"])
def test_a_key_that_is_none_is_refused_without_a_request(
    receiver: Receiver, clerk: FakeClerk, key: str | None
) -> None:
    with pytest.raises(InvalidSettingError, match="CLERK_SECRET_KEY est vide") as raised:
        run_reconciliation(settings(clerk, key=key), receiver, allow_erasures=False)
    assert clerk.requests == []
    assert not key or key not in str(raised.value)
