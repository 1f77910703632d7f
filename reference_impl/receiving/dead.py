"""La lettre morte : une livraison authentique, qui ne pourra servir qu'après une correction."""

import json
from typing import TYPE_CHECKING

from reference_impl.catalogue.entries import NEVER_KEPT
from reference_impl.edge.envelope import load_json, without_secrets
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.errors import UnusableEventError
from reference_impl.privacy.register import erased_among
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.people import people_in
from reference_impl.store import dead_letters, inbox
from reference_impl.store.locks import lock_people
from reference_impl.store.pipeline import perform

if TYPE_CHECKING:
    from reference_impl.receiving.receive import Receiver


def bury_delivery(receiver: "Receiver", delivery: VerifiedDelivery, kind: str | None, reason: str) -> Outcome:
    """Inscrire la livraison comme lettre morte, et la garder pour la rejouer ; si Svix la renvoie, c'est un doublon."""
    people = people_in(delivery.body)
    now = receiver.clock()
    with receiver.engine.begin() as connection:
        arrival = inbox.Arrival(
            delivery.svix_id, kind or "unreadable", Outcome.DEAD, None, None, now, delivery.secret_index, None
        )
        if perform(connection, inbox.claim(connection.dialect.name, arrival, people)) is None:
            return Outcome.DUPLICATE
        lock_people(connection, people)
        keep = receiver.keep_bodies and not erased_among(connection, receiver.subjects, people)
        letter = {"svix_id": delivery.svix_id, "type": kind, "reason": reason, "received_at": now}
        dead_letters.keep(connection, {**letter, "body": keepable(delivery.body) if keep else None})
    return Outcome.DEAD


def keepable(body: bytes) -> bytes | None:
    """Rendre ce qui peut être gardé du corps : rien s'il porte un code de connexion, et jamais `event_attributes`.

    S'il est illisible, il est gardé tel quel : c'est lui qu'il faudra examiner.
    """
    if any(kind.encode() in body for kind in NEVER_KEPT):
        return None
    try:
        document = load_json(body)
    except UnusableEventError:
        return body
    return json.dumps(without_secrets(document), ensure_ascii=False).encode()
