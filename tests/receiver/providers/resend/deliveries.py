"""Events of Resend, invented or copied from the course's payloads, and their deliveries as Svix signs them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from reference_impl.providers.intake import Authentic
from reference_impl.providers.resend.states import EMAILS, STATE
from tests.receiver.edge.served import Client
from tests.receiver.edge.served import rows as rows_of
from tests.receiver.signing import SECRET, signed

ROUTE = "/api/webhooks/email"
OLD_SECRET = "whsec_" + "o" * 32

NOW = 1_764_583_260_000
"""In ms, a minute after the first second of the payloads."""

SECOND = 1_764_583_200
"""In seconds: 2025-12-01T10:00:00Z."""

ADDRESS = "amelie.tremblay@example.com"
EMAIL = "7f0c1f2a-9d0b-4c2a-9a51-0c6f9f0a1b2c"

PAYLOADS = {
    path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "payloads").glob("*.json"))
}

TABLES = ("emails", "unusable_addresses", "email_inbox", "outbox")

DETAILS = {
    "email.bounced": {"bounce": {"type": "Permanent", "subType": "General", "message": "550"}},
    "email.clicked": {"click": {"ipAddress": "203.0.113.9", "link": "https://exemple.test/cours"}},
    "email.failed": {"failed": {"reason": "reached_daily_quota"}},
}
"""What an event of these types says besides."""


def payload(name: str) -> dict[str, Any]:
    """One of the course's payloads, as a value that one may change."""
    found: dict[str, Any] = json.loads(PAYLOADS[name])
    return found


def event(kind: str, second: int = 0, **fields: Any) -> dict[str, Any]:
    """An event of the type `email.<kind>`, `second` seconds after `SECOND`."""
    kind = f"email.{kind}"
    told = {"email_id": EMAIL, "to": [ADDRESS], "subject": "Bienvenue !", "tags": {"kind": "welcome"}}
    instant = datetime.fromtimestamp(SECOND + second, UTC).isoformat().replace("+00:00", ".000Z")
    return {"type": kind, "created_at": instant, "data": {**told, **DETAILS.get(kind, {}), **fields}}


def bounce(kind: Any, second: int = 0, **fields: Any) -> dict[str, Any]:
    """A message that came back, with what Resend calls the type of the bounce."""
    return event("bounced", second, bounce={"type": kind, "message": "550 5.1.1"}, **fields)


def bytes_of(value: Any) -> bytes:
    """The bytes of a body, which may be given as they are."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def authentic(value: Any, svix_id: str) -> Authentic:
    """The same, once verified."""
    return Authentic(bytes_of(value), svix_id)


def deliver(client: Client, value: Any, svix_id: str, *, secret: str = SECRET, **options: Any) -> int:
    """Send a signed delivery; give the status of the answer, which never has a body."""
    body = bytes_of(value)
    headers = signed(body, svix_id=svix_id, secret=secret, **options)
    answer = client.request("POST", ROUTE, content=body, headers=headers)
    assert answer.content == b""
    return answer.status_code


def rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    """The rows of a table, in the same order every time."""
    return sorted(rows_of(engine, table), key=repr)


def everything(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """All that Resend has left."""
    return {table: rows(engine, table) for table in TABLES}


def states(engine: Engine) -> dict[str, str]:
    """The state of each message, as the database reads it."""
    with engine.connect() as connection:
        found = connection.execute(select(EMAILS.c.email_id, STATE))
        return {row.email_id: row.state for row in found}


def outcomes(engine: Engine) -> dict[str, str]:
    """The outcome of each delivery, by its id."""
    return {row["delivery_id"]: row["outcome"] for row in rows(engine, "email_inbox")}


def reasons(engine: Engine) -> dict[str, str | None]:
    """The reason of each delivery that could not be used."""
    return {row["delivery_id"]: row["reason"] for row in rows(engine, "email_inbox")}


def announced(engine: Engine) -> list[str]:
    """The keys of the news that were announced."""
    return [row["key"] for row in rows(engine, "outbox")]
