"""Deliveries during which a server is killed, and what the database knows before each."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.receiving.receive import Receiver
from reference_impl.tables import Disclosure

PAYLOADS = Path(__file__).parents[1] / "payloads"

AMELIE = "user_3GkE53miUJvvZdv3CnZWUTni9yA"
ADDRESS = "amelie.tremblay@example.com"


@dataclass(frozen=True)
class Scenario:
    """`before` is delivered without any accident; the crash strikes `delivery`. `by_hand`: only in the long run."""

    name: str
    before: tuple[VerifiedDelivery, ...]
    delivery: VerifiedDelivery
    disclosures: int = 0
    by_hand: bool = False

    def prepare(self, receiver: Receiver) -> None:
        """Bring an empty database to the eve of the crash."""
        for delivery in self.before:
            receiver.receive(delivery)
        with receiver.engine.begin() as connection:
            for number in range(self.disclosures):
                values = {
                    "recipient": f"service-{number}",
                    "recipient_ref": f"ref-{number}",
                    "disclosed_at": 1,
                }
                connection.execute(insert(Disclosure).values(clerk_id=AMELIE, **values))


def payload(
    kind: str, svix_id: str, change: Callable[[dict[str, Any]], None] | None = None
) -> VerifiedDelivery:
    """The delivery of a shared payload, its `data` changed in place if wanted."""
    document = json.loads((PAYLOADS / f"{kind}.json").read_text())
    if change:
        change(document["data"])
    return VerifiedDelivery(svix_id, json.dumps(document, ensure_ascii=False).encode(), 0)


def _hers(data: dict[str, Any]) -> None:
    data["email_address"] = ADDRESS


def _paid_by_her(data: dict[str, Any]) -> None:
    data["payer"] = {**(data.get("payer") or {}), "user_id": AMELIE}


def _nameless(data: dict[str, Any]) -> None:
    del data["id"]


KNOWN = payload("user.created", "msg_known")
EVERYWHERE = (
    KNOWN,
    payload("session.created", "msg_session"),
    payload("organization.created", "msg_organization"),
    payload("organizationMembership.created", "msg_membership"),
    payload("organizationInvitation.created", "msg_invitation", _hers),
    payload("waitlistEntry.created", "msg_waiting", _hers),
    payload("subscription.created", "msg_subscription", _paid_by_her),
    payload("session.ended", "msg_dead", _nameless),
)
ERASED = (KNOWN, payload("user.deleted", "msg_erased"))

SCENARIOS = (
    Scenario("a new user", (), payload("user.created", "msg_crash")),
    Scenario("a user changes", (KNOWN,), payload("user.updated", "msg_crash"), by_hand=True),
    Scenario("a user known everywhere is deleted", EVERYWHERE, payload("user.deleted", "msg_crash"), 2),
    Scenario("a deletion is told again", ERASED, payload("user.deleted", "msg_crash"), by_hand=True),
    Scenario("a session opens", (KNOWN,), payload("session.created", "msg_crash")),
    Scenario("a session of somebody erased", ERASED, payload("session.created", "msg_crash")),
    Scenario("a member joins", (KNOWN,), payload("organizationMembership.created", "msg_crash")),
    Scenario(
        "a member leaves", EVERYWHERE, payload("organizationMembership.deleted", "msg_crash"), by_hand=True
    ),
    Scenario("a subscription", (KNOWN,), payload("subscription.active", "msg_crash", _paid_by_her)),
    Scenario("a dead letter", (KNOWN,), payload("session.created", "msg_crash", _nameless)),
)
