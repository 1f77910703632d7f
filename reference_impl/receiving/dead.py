"""La lettre morte : ce qui est authentique et ne servira qu'après une correction."""

from typing import TYPE_CHECKING

from reference_impl.catalogue.entries import NEVER_KEPT
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.privacy.register import erased_among
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.people import people_in
from reference_impl.store import dead_letters, inbox
from reference_impl.store.pipeline import perform

if TYPE_CHECKING:
    from reference_impl.receiving.receive import Receiver


def bury_delivery(receiver: "Receiver", delivery: VerifiedDelivery, kind: str | None, reason: str) -> Outcome:
    """Inscrire la livraison comme morte, et la garder pour qu'on la rejoue ; revenue, c'est un doublon."""
    people = people_in(delivery.body)
    now = receiver.clock()
    with receiver.engine.begin() as connection:
        arrival = inbox.Arrival(
            delivery.svix_id, kind or "unreadable", Outcome.DEAD, None, None, now, delivery.secret_index, None
        )
        if perform(connection, inbox.claim(connection.dialect.name, arrival, people)) is None:
            return Outcome.DUPLICATE
        keep = may_keep(delivery.body) and not erased_among(connection, receiver.subjects, people)
        letter = {"svix_id": delivery.svix_id, "type": kind, "reason": reason, "received_at": now}
        dead_letters.keep(connection, {**letter, "body": delivery.body if keep else None})
    return Outcome.DEAD


def may_keep(body: bytes) -> bool:
    """Dire si le corps peut être gardé : illisible ou non, il ne doit pas porter de code de connexion."""
    return not any(kind.encode() in body for kind in NEVER_KEPT)
