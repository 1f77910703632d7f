"""Settings with every scenario on: what they add to a write must survive disorder, crashes and races as well."""

import json
from typing import Any

from reference_impl.settings import Settings
from tests.receiver.signing import SECRET

ERASURE_KEY = "a-key-that-only-the-tests-know"

SCENARIOS = {
    "EMAIL_FROM": "cours@example.com",
    "SUBSCRIBERS": json.dumps([{"name": "crm", "url": "https://crm.example.test/", "fields": ["email"]}]),
    "SLACK_CHANNEL": "C0000000000",
    "MAILCHIMP_LIST_ID": "a1b2c3d4e5",
    "ALERTS": "true",
    "ANALYTICS": "true",
}


def environment(url: str) -> dict[str, str]:
    """The environment of a server on that database, without what logins need."""
    return {
        "APP_ENV": "development",
        "DATABASE_URL": url,
        "CLERK_WEBHOOK_SIGNING_SECRET": SECRET,
        "ERASURE_KEY": ERASURE_KEY,
        "ADMIN_TOKEN": "a-token-that-only-the-tests-know",
        "DATABASE_POOL_SIZE": "4",
        **SCENARIOS,
    }


def settings(url: str) -> Settings:
    """The same, read."""
    values: dict[str, Any] = {name.lower(): value for name, value in environment(url).items()}
    return Settings(**values)
