"""La lecture tolérante d'un corps signé."""

import json
from dataclasses import dataclass
from typing import Any

PERSON = {"user.created": "id", "user.updated": "id", "user.deleted": "id", "session.created": "user_id"}
SECONDS_BELOW = 10**11


class Unusable(Exception):  # noqa: N818
    """Le corps ne servira jamais ; le message est un mot fixe."""

    def __init__(self, reason: str, type: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.type = reason, type


@dataclass
class Event:
    """Ce qui sert d'un événement. Les instants sont en millisecondes, ou absents."""

    type: str
    person: str | None
    data: dict[str, Any]
    at: int | None
    instance: str | None


def read(body: bytes) -> Event:
    """Lire l'enveloppe. Lève `Unusable`."""
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError):
        raise Unusable("json") from None
    if not isinstance(envelope, dict):
        raise Unusable("objet")
    type_ = words(envelope.get("type"))
    if type_ is None:
        raise Unusable("type")
    data = envelope["data"] if isinstance(envelope.get("data"), dict) else {}
    person = words(data.get(PERSON[type_])) if type_ in PERSON else None
    instance = envelope.get("instance_id")
    if type_ in PERSON and person is None:
        raise Unusable("identifiant", type_)
    return Event(type_, person, data, millis(envelope.get("timestamp")), instance)


def words(value: Any) -> str | None:
    """Rendre un texte non vide que l'UTF-8 sait écrire, ou rien."""
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        return None
    return value or None


def millis(value: Any) -> int | None:
    """Rendre un instant en millisecondes, venu en secondes ou en millisecondes."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**15:
        return None
    return value * 1000 if value < SECONDS_BELOW else value


def primary_email(data: dict[str, Any]) -> str | None:
    """Rendre l'adresse désignée, si elle est là."""
    wanted, listed = words(data.get("primary_email_address_id")), data.get("email_addresses")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    found = [entry.get("email_address") for entry in entries if wanted and entry.get("id") == wanted]
    return words(found[0]) if found else None
