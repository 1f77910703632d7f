"""Events of Stripe, invented or copied from the course's payloads, and their deliveries as Stripe signs them."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from reference_impl.providers.intake import Authentic
from tests.receiver.edge.served import Client
from tests.receiver.edge.served import rows as rows_of

ROUTE = "/api/webhooks/stripe"
SECRET = "whsec_a-signing-secret-of-the-tests"
OLD_SECRET = "whsec_the-secret-before-the-rotation"

NOW = 1_764_583_260_000
"""In ms, a minute after the payloads."""

SECOND = 1_764_583_200
"""In seconds, as Stripe dates its events."""

PAYLOADS = {
    path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "payloads").glob("*.json"))
}

TABLES = ("payments", "invoices", "subscriptions", "stripe_inbox", "outbox")


def payload(name: str) -> dict[str, Any]:
    """One of the course's payloads, as a value that one may change."""
    found: dict[str, Any] = json.loads(PAYLOADS[name])
    return found


def event(kind: str, number: int, second: int, **fields: Any) -> dict[str, Any]:
    """An event: the number makes its id, and `second` is when Stripe created it, counted from `SECOND`."""
    return {
        "id": f"evt_{number:04}",
        "object": "event",
        "created": SECOND + second,
        "data": {"object": fields},
        "livemode": False,
        "type": kind,
    }


def payment(kind: str, number: int, second: int, **fields: Any) -> dict[str, Any]:
    """An event about the payment `pi_1`, which is due for the order 1042."""
    told = {"id": "pi_1", "amount": 4900, "currency": "eur", "customer": "cus_1"}
    return event(
        f"payment_intent.{kind}", number, second, **{**told, "metadata": {"order_id": "1042"}, **fields}
    )


def invoice(kind: str, number: int, second: int, **fields: Any) -> dict[str, Any]:
    """An event about the invoice `in_1` of the subscription `sub_1`."""
    told = {"id": "in_1", "customer": "cus_1", "amount_paid": 1900, "currency": "eur", "status": "paid"}
    parent = {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}}
    reason = {"billing_reason": "subscription_cycle", "parent": parent}
    return event(f"invoice.{kind}", number, second, **{**told, **reason, **fields})


def signature(body: bytes, at: int, secret: str = SECRET) -> str:
    """What Stripe writes after `v1=`. `at` is in seconds."""
    return hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()


def bytes_of(value: Any) -> bytes:
    """The bytes of a body, which may be given as they are."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def authentic(value: Any) -> Authentic:
    """The same, once verified."""
    return Authentic(bytes_of(value))


def deliver(client: Client, value: Any, *, secret: str = SECRET, at: int = NOW // 1000) -> int:
    """Send a signed delivery; give the status of the answer, which never has a body."""
    body = bytes_of(value)
    header = {"stripe-signature": f"t={at},v1={signature(body, at, secret)}"}
    answer = client.request("POST", ROUTE, content=body, headers=header)
    assert answer.content == b""
    return answer.status_code


def rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    """The rows of a table, in the same order every time."""
    return sorted(rows_of(engine, table), key=repr)


def outcomes(engine: Engine) -> dict[str, str]:
    """The outcome of each delivery, by its id."""
    return {row["delivery_id"]: row["outcome"] for row in rows(engine, "stripe_inbox")}


def announced(engine: Engine) -> list[str]:
    """The keys of the news that were announced."""
    return [row["key"] for row in rows(engine, "outbox")]


def emptied(engine: Engine) -> None:
    """Remove all that Stripe has left."""
    with engine.begin() as connection:
        for table in TABLES:
            connection.execute(text(f"DELETE FROM {table}"))
