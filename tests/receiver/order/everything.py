"""Settings with every scenario on: what they add to a write must survive disorder, crashes and races as well."""

import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

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
    "ONBOARDING": "true",
    "SESSION_RETENTION_DAYS": "36500",  # the histories are of the past, and their alerts must be raised all the same
}

PARTY = "https://app.example.test"


@cache
def token_key() -> rsa.RSAPrivateKey:
    """The key that stands for Clerk's, one for the run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def environment(url: str) -> dict[str, str]:
    """The environment of a server on that database."""
    public = token_key().public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "APP_ENV": "development",
        "DATABASE_URL": url,
        "CLERK_WEBHOOK_SIGNING_SECRET": SECRET,
        "ERASURE_KEY": ERASURE_KEY,
        "ADMIN_TOKEN": "a-token-that-only-the-tests-know",
        "DATABASE_POOL_SIZE": "4",
        "CLERK_JWT_KEY": pem.decode(),
        "CLERK_AUTHORIZED_PARTIES": PARTY,
        **SCENARIOS,
    }


def settings(url: str) -> Settings:
    """The same, read, with enough connections for the races of the tests."""
    values: dict[str, Any] = {name.lower(): value for name, value in environment(url).items()}
    return Settings(**{**values, "database_pool_size": 10})
