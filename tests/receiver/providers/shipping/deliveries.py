"""Events of EasyPost and Shippo, invented or copied from the course's payloads, and their deliveries as they sign them."""

import hashlib
import hmac
import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from reference_impl.providers.intake import Authentic
from tests.receiver.edge.served import Client
from tests.receiver.edge.served import rows as rows_of

ROUTE = "/api/webhooks/shipping"
EASYPOST_SECRET = "un-sécret-of-the-tests"
SHIPPO_SECRET = "a-signing-secret-of-the-tests"
SHIPPO_TOKEN = "a-token-of-the-tests-é"

START = 1_764_583_200_000
"""In ms, the instant of the events whose `hour` is 0."""

NOW = START + 60_000
HOUR_MS = 3_600_000

PAYLOADS = {
    path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "payloads").glob("*.json"))
}
TRACKERS = {name: body for name, body in PAYLOADS.items() if name.startswith("tracker.")}
TRACKS = {name: body for name, body in PAYLOADS.items() if name.startswith("track_updated.")}

TABLES = ("parcels", "shipping_inbox", "outbox")


def payload(name: str) -> dict[str, Any]:
    """One of the course's payloads, as a value that one may change."""
    found: dict[str, Any] = json.loads(PAYLOADS[name])
    return found


def iso(hour: int) -> str:
    """An instant as both senders write it."""
    return datetime.fromtimestamp(START // 1000 + hour * 3600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ms(hour: int) -> int:
    """The same, as the tables have it."""
    return START + hour * HOUR_MS


def tracker(status: Any, number: int, hour: int, **fields: Any) -> dict[str, Any]:
    """An event of EasyPost about the parcel EZ1: the number makes its id."""
    told = {"tracking_code": "EZ1", "carrier": "CanadaPost", "status_detail": "arrived_at_facility"}
    return {
        "id": f"evt_{number:04}",
        "object": "Event",
        "description": "tracker.updated",
        "mode": "test",
        "result": {**told, "status": status, "updated_at": iso(hour), **fields},
    }


def track(status: Any, hour: int, *, test: Any = True, **fields: Any) -> dict[str, Any]:
    """An event of Shippo about the parcel SH1."""
    told = {"carrier": "usps", "tracking_number": "SH1", "eta": iso(48)}
    state = {"status": status, "status_details": "a sentence", "status_date": iso(hour)}
    return {"event": "track_updated", "test": test, "data": {**told, "tracking_status": state, **fields}}


def bytes_of(value: Any) -> bytes:
    """The bytes of a body, which may be given as they are."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def authentic(value: Any) -> Authentic:
    """The same, once verified."""
    return Authentic(bytes_of(value))


def easypost_header(body: bytes, secret: str = EASYPOST_SECRET) -> str:
    """What EasyPost writes in `X-Hmac-Signature`."""
    key = unicodedata.normalize("NFKD", secret).encode()
    return "hmac-sha256-hex=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def shippo_header(body: bytes, at: int, secret: str = SHIPPO_SECRET) -> str:
    """What Shippo writes in `Shippo-Auth-Signature`. `at` is in seconds."""
    return f"t={at},v1={hmac.new(secret.encode(), b'%d.%s' % (at, body), hashlib.sha256).hexdigest()}"


def by_easypost(client: Client, value: Any, *, secret: str = EASYPOST_SECRET) -> int:
    """Send a delivery signed by EasyPost; give the status of the answer, which never has a body."""
    body = bytes_of(value)
    return sent(client, body, {"X-Hmac-Signature": easypost_header(body, secret)})


def by_shippo(client: Client, value: Any, *, secret: str = SHIPPO_SECRET, at: int = NOW // 1000) -> int:
    """The same, signed by Shippo."""
    body = bytes_of(value)
    return sent(client, body, {"Shippo-Auth-Signature": shippo_header(body, at, secret)})


def by_token(client: Client, value: Any, token: str | None = SHIPPO_TOKEN) -> int:
    """The same, without a signature, with a token in the address."""
    return sent(client, bytes_of(value), {}, {} if token is None else {"token": token})


def sent(client: Client, body: bytes, headers: Any, query: Any = None) -> int:
    """Send these bytes with these headers; give the status of the answer."""
    answer = client.request("POST", ROUTE, content=body, headers=headers, params=query)
    assert answer.content == b""
    return answer.status_code


def rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    """The rows of a table, in the same order every time."""
    return sorted(rows_of(engine, table), key=repr)


def statuses(engine: Engine) -> dict[str, str]:
    """The state of each parcel, by its number."""
    return {row["tracking_number"]: row["status"] for row in rows(engine, "parcels")}


def outcomes(engine: Engine) -> dict[str, str]:
    """The outcome of each delivery, by its id."""
    return {row["delivery_id"]: row["outcome"] for row in rows(engine, "shipping_inbox")}


def announced(engine: Engine) -> list[str]:
    """The keys of the news that were announced."""
    return sorted(row["key"] for row in rows(engine, "outbox"))
