"""The JSON objects that Clerk nests in its events, as they are when they are born.

Shapes: Clerk's published schema of webhooks (clerk/openapi-specs, `webhooks/2025-04-15.yml`).
All times are milliseconds since 1970.
"""

import base64
import json
import random
from typing import Any

from grader.sender.ids import new_id

_DAY_MS = 86_400_000
_CODE_LIFE_MS = 600_000
_NO_PICTURE_URL = "https://www.gravatar.com/avatar?d=mp"
_LOCALES = ("fr-CA", "fr-FR", "en-CA", "ja-JP", None)


def user_document(rng: random.Random, instance_id: str, created_at: int, updated_at: int) -> dict[str, Any]:
    """Return a nameless User without any address: the fields that every user has."""
    user_id = new_id("user", rng, created_at)
    return {
        "id": user_id,
        "object": "user",
        "external_id": None,
        "username": None,
        "first_name": None,
        "last_name": None,
        "locale": rng.choice(_LOCALES),
        **_picture(rng, instance_id, user_id, created_at),
        "primary_email_address_id": None,
        "primary_phone_number_id": None,
        "primary_web3_wallet_id": None,
        "email_addresses": [],
        "phone_numbers": [],
        **{accounts: [] for accounts in ("web3_wallets", "passkeys", "external_accounts")},
        **{accounts: [] for accounts in ("saml_accounts", "enterprise_accounts")},
        "public_metadata": {},
        "private_metadata": {},
        "unsafe_metadata": {},
        **_security(created_at),
        "last_sign_in_at": None,
        "last_active_at": day_of(created_at),
        "legal_accepted_at": created_at,
        "created_at": created_at,
        "updated_at": updated_at,
    }


def _security(created_at: int) -> dict[str, Any]:
    return {
        "password_enabled": True,
        "password_last_updated_at": created_at,
        "two_factor_enabled": False,
        "totp_enabled": False,
        "backup_code_enabled": False,
        "mfa_enabled_at": None,
        "mfa_disabled_at": None,
        "banned": False,
        "locked": False,
        "lockout_expires_in_seconds": None,
        "verification_attempts_remaining": 100,
        "delete_self_enabled": True,
        "create_organization_enabled": True,
        "create_organizations_limit": None,
        "bypass_client_trust": False,
    }


def _picture(rng: random.Random, instance_id: str, user_id: str, at_ms: int) -> dict[str, Any]:
    """Return the picture's fields: an image of the user's own, or the one made from their id."""
    if rng.random() < 0.5:
        source = f"https://images.clerk.dev/uploaded/{new_id('img', rng, at_ms)}"
        image = {"type": "proxy", "src": source}
        return {"has_image": True, "image_url": image_url(image), "profile_image_url": source}
    image = {"type": "default", "iid": instance_id, "rid": user_id}
    return {"has_image": False, "image_url": image_url(image), "profile_image_url": _NO_PICTURE_URL}


def image_url(image: dict[str, str]) -> str:
    """Return the address of a picture: what it shows stands in it, in JSON, then in base64."""
    compact = json.dumps(image, separators=(",", ":")).encode()
    return "https://img.clerk.com/" + base64.urlsafe_b64encode(compact).decode().rstrip("=")


def email_document(rng: random.Random, address: str, at_ms: int, verified: bool) -> dict[str, Any]:
    """Return an EmailAddress; the field is `email_address`, not `email`."""
    return {
        "id": new_id("idn", rng, at_ms),
        "object": "email_address",
        "email_address": address,
        "reserved": False,
        "verification": _verification("email_code", at_ms, verified),
        "linked_to": [],
        "matches_sso_connection": False,
        "created_at": at_ms,
        "updated_at": at_ms,
    }


def phone_document(rng: random.Random, number: str, at_ms: int) -> dict[str, Any]:
    """Return a verified PhoneNumber."""
    return {
        "id": new_id("idn", rng, at_ms),
        "object": "phone_number",
        "phone_number": number,
        "reserved": False,
        "reserved_for_second_factor": False,
        "default_second_factor": False,
        "verification": _verification("phone_code", at_ms, verified=True),
        "linked_to": [],
        "backup_codes": None,
        "created_at": at_ms,
        "updated_at": at_ms,
    }


def _verification(strategy: str, at_ms: int, verified: bool) -> dict[str, Any]:
    return {
        "object": "verification_otp",
        "status": "verified" if verified else "unverified",
        "strategy": strategy,
        "attempts": 1 if verified else 0,
        "expire_at": at_ms + _CODE_LIFE_MS,
    }


def day_of(at_ms: int) -> int:
    """Return the midnight (UTC) before `at_ms`: Clerk gives `last_active_at` to the day."""
    return at_ms - at_ms % _DAY_MS
