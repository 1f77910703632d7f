"""L'enveloppe d'un événement Clerk, lue dans une livraison vérifiée.

On ne valide que ce dont on se sert. Les exemples que Clerk publie contredisent son propre schéma : un modèle strict
refuserait des livraisons qu'il faut savoir lire.
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.errors import UnusableEventError

LONGEST_ID = 255

LATEST_MS = 253_402_300_799_999
"""La fin de l'an 9999, en millisecondes : au-delà, la valeur n'est pas tenue pour un instant."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DEEPEST = 64
"""Le nombre de niveaux admis. Un corps plus imbriqué, lu ici, pourrait épuiser la pile à l'écriture ou à l'export."""

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

    `event_attributes` porte l'adresse IP et le navigateur de la personne qui a agi. Il n'est pas gardé : quand
    l'événement parle d'une autre ressource, rien ne le relie à elle, et son effacement ne le trouverait pas.
    """
    kept = {"type": event.type, "data": without_secrets(event.data), "timestamp": event.timestamp}
    return json.dumps({**kept, "instance_id": event.instance_id}, ensure_ascii=False).encode()


NEVER_USEFUL = frozenset({"url", "latest_activity", "private_metadata", "event_attributes"})
"""Ce que rien ne retraite : le ticket d'une invitation, l'adresse IP d'une session, les données réservées au serveur."""


def without_secrets(value: Any) -> Any:
    """Copier un objet sans ces champs, à quelque profondeur qu'ils soient."""
    if isinstance(value, dict):
        return {name: without_secrets(item) for name, item in value.items() if name not in NEVER_USEFUL}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return value


def read_event(delivery: VerifiedDelivery) -> Event:
    """Lire l'enveloppe. Lève `UnusableEventError`, avec une raison, si le corps n'a pas cette forme."""
    document = load_object(delivery.body)
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


def load_object(body: bytes) -> dict[str, Any]:
    """Lire un objet JSON, comme `load_json`. Lève `UnusableEventError`."""
    document = load_json(body)
    if not isinstance(document, dict):
        raise UnusableEventError("not_an_object")
    return document


def load_json(body: bytes) -> Any:
    """Lire du JSON en UTF-8. Sont refusés une imbrication trop profonde, un nombre infini et `NaN`.

    Lève `UnusableEventError`. Le décodage est imposé, car `json.loads` accepterait aussi l'UTF-16 : `people_in`, qui
    cherche des personnes dans les mêmes octets, ne les y verrait pas.
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
    """Remplacer le caractère nul et les moitiés de paire UTF-16, que PostgreSQL n'admet pas dans un texte."""
    if isinstance(value, str):
        return _TROUBLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {cleaned(name): cleaned(item) for name, item in value.items()}
    return value


def instant(value: Any) -> int | None:
    """Lire un instant ; le rendre en millisecondes. Les exemples du tableau de bord de Clerk sont en secondes.

    Au-dessous de 10¹¹, le nombre est lu en secondes : il n'y aurait confusion que pour une date antérieure à 1973, en
    millisecondes, ou postérieure à 5138, en secondes.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    milliseconds = value * 1000 if value < 10**11 else value
    return milliseconds if 0 <= milliseconds <= LATEST_MS else None


def iso_instant(value: Any) -> int | None:
    """Lire un instant ISO 8601 ; le rendre en millisecondes. Sans fuseau, il est lu en temps universel."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    milliseconds = (aware - EPOCH) // timedelta(milliseconds=1)
    return milliseconds if 0 <= milliseconds <= LATEST_MS else None
