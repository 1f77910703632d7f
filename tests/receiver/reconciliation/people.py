"""Users as Clerk gives them, and the webhooks that speak of them."""

import copy
import itertools
import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from reference_impl.edge.signature import RawDelivery, Verifier
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.receive import Receiver
from reference_impl.store.users import USERS
from tests.receiver.signing import SECRET, signed

NOW = 1_800_000_000_000
"""The instant the tests begin at, in milliseconds."""

DAY_MS = 86_400_000

_USER = json.loads((Path(__file__).parents[1] / "payloads" / "user.created.json").read_text("utf-8"))["data"]
_NUMBERS = itertools.count()
_VERIFIER = Verifier([SECRET])


def user(
    name: str, *, version: int = NOW - DAY_MS, created: int = NOW - DAY_MS, **more: Any
) -> dict[str, Any]:
    """The user `user_<name>`, as it was at `version` (milliseconds)."""
    made = copy.deepcopy(_USER)
    address = f"{name}.{version}@example.com"
    made["email_addresses"][0]["email_address"] = address
    return {**made, "id": f"user_{name}", "created_at": created, "updated_at": version, **more}


def address(person: dict[str, Any]) -> str:
    return str(person["email_addresses"][0]["email_address"])


def tell(receiver: Receiver, kind: str, data: dict[str, Any], at: int) -> Outcome:
    """Deliver a webhook to the receiver, signed."""
    body = json.dumps({"type": kind, "object": "event", "data": data, "timestamp": at}).encode()
    headers = signed(body, svix_id=f"msg_reconcile_{next(_NUMBERS)}")
    return receiver.receive(_VERIFIER.verify(RawDelivery(headers, body))).outcome


def rows(receiver: Receiver) -> dict[str, Any]:
    """The rows of `users`, by name."""
    with receiver.engine.connect() as connection:
        found = connection.execute(select(USERS)).mappings()
        return {row["clerk_id"].removeprefix("user_"): dict(row) for row in found}


def emails(receiver: Receiver) -> dict[str, str]:
    return {name: row["email"] for name, row in rows(receiver).items()}
