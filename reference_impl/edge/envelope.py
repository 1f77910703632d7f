"""L'enveloppe d'un événement Clerk, lue dans une livraison vérifiée.

On ne valide que ce dont on se sert. Les propres exemples de Clerk contredisent leur schéma : un modèle strict
refuserait demain une livraison qu'il faudrait savoir lire.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.errors import UnusableEventError

LONGEST_ID = 255

LATEST_MS = 253_402_300_799_999
"""Le 31 décembre 9999, en millisecondes : au-delà, ce n'est plus un instant."""

DEEPEST = 64
"""Imbrication admise. Au-delà, ce qui se lit ici ne s'écrirait ou ne s'exporterait plus : la pile est finie."""

_ESCAPED_TROUBLE = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]")
_TROUBLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Event:
    """Un événement Clerk. `timestamp` est l'instant de l'événement, en millisecondes, ou `None` s'il est illisible.

    Il ne porte aucun identifiant : la seule clé d'idempotence est l'en-tête `svix-id`.
    """

    svix_id: str
    type: str
    data: dict[str, Any]
    timestamp: int | None
    instance_id: str | None

    @property
    def resource_id(self) -> str:
        """L'identifiant de la ressource, `data.id`. Lève `UnusableEventError` s'il manque."""
        identifier = self.data.get("id")
        if not isinstance(identifier, str) or not 0 < len(identifier) <= LONGEST_ID:
            raise UnusableEventError("no_id")
        return identifier


def kept_body(event: Event) -> bytes:
    """Rendre ce qui sert à retraiter l'événement, et rien de plus.

    `event_attributes`, où figurent l'adresse IP et le navigateur de qui a agi, n'en est pas : rien ne relierait à cette
    personne l'événement d'une autre ressource, et son effacement l'y laisserait.
    """
    kept = {"type": event.type, "data": event.data, "timestamp": event.timestamp}
    return json.dumps({**kept, "instance_id": event.instance_id}, ensure_ascii=False).encode()


def read_event(delivery: VerifiedDelivery) -> Event:
    """Lire l'enveloppe. Lève `UnusableEventError`, avec une raison, si le corps n'en est pas une."""
    document = load_json(delivery.body)
    if not isinstance(document, dict):
        raise UnusableEventError("not_an_object")
    kind, data, instance = document.get("type"), document.get("data"), document.get("instance_id")
    if not isinstance(kind, str) or not 0 < len(kind) <= LONGEST_ID:
        raise UnusableEventError("no_type")
    return Event(
        svix_id=delivery.svix_id,
        type=kind,
        data=data if isinstance(data, dict) else {},
        timestamp=instant(document.get("timestamp")),
        instance_id=instance if isinstance(instance, str) and instance else None,
    )


def load_json(body: bytes) -> Any:
    """Lire du JSON, en UTF-8. Une imbrication sans fond, un nombre sans fin ou un NaN n'en sont pas.

    Lève `UnusableEventError`. `json.loads` devinerait l'UTF-16 : les octets signés se liraient alors autrement ici
    que dans le reste du récepteur, qui y cherche des personnes.
    """
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise UnusableEventError("not_json") from None
    if body.count(b"{") + body.count(b"[") > DEEPEST and _is_deeper(document, DEEPEST):
        raise UnusableEventError("too_deep")
    return cleaned(document) if _ESCAPED_TROUBLE.search(body) else document


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)


def _is_deeper(value: Any, room: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return room == 0 or any(_is_deeper(item, room - 1) for item in inner)


def cleaned(value: Any) -> Any:
    """Remplacer le caractère nul et les moitiés de paire, que PostgreSQL n'admet pas dans un texte."""
    if isinstance(value, str):
        return _TROUBLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {cleaned(name): cleaned(item) for name, item in value.items()}
    return value


def instant(value: Any) -> int | None:
    """Lire un instant en millisecondes. Les exemples du tableau de bord de Clerk sont en secondes : on les reconnaît.

    Avant 1973 en millisecondes, après 5138 en secondes : entre les deux, aucune confusion possible.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    milliseconds = value * 1000 if value < 10**11 else value
    return milliseconds if 0 <= milliseconds <= LATEST_MS else None
