"""L'enveloppe d'un événement Clerk, lue dans une livraison vérifiée."""

import json
from dataclasses import dataclass
from typing import Any

from kit.deliveries import VerifiedDelivery


@dataclass(frozen=True)
class Event:
    """Un événement Clerk.

    `timestamp` est l'instant de l'événement, en millisecondes depuis 1970. Le corps ne porte aucun identifiant
    d'événement : la seule clé d'idempotence est l'en-tête `svix-id`.
    """

    type: str
    data: dict[str, Any]
    timestamp: int


def parse(delivery: VerifiedDelivery) -> Event:
    """Lire l'enveloppe `{type, data, timestamp}`. Lève `ValueError` ou `KeyError` si le corps n'en est pas une."""
    envelope = json.loads(delivery.body)
    return Event(type=envelope["type"], data=envelope["data"], timestamp=envelope["timestamp"])
