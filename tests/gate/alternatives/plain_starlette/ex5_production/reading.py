"""Ce qui se lit d'un corps signé, quelle que soit sa forme."""

import json
from typing import Any

PEOPLE = {"user.created": "id", "user.updated": "id", "user.deleted": "id", "session.created": "user_id"}


class Event:
    """Un événement lu avec tolérance ; `problem` est un mot si l'on ne peut rien en faire."""

    def __init__(self, body: bytes) -> None:
        self.problem: str | None = None
        self.envelope = self.parse(body)
        self.type = text(self.envelope.get("type"))
        data = self.envelope.get("data")
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.person = text(self.data.get(PEOPLE.get(self.type or "", "")))
        self.at = instant(self.envelope.get("timestamp"))
        if self.problem is None and self.type is None:
            self.problem = "no type"
        if self.type in PEOPLE and self.person is None:
            self.problem = "no person"

    def parse(self, body: bytes) -> dict[str, Any]:
        """Décoder l'enveloppe, vide si elle n'en est pas une."""
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            return found
        self.problem = "no envelope"
        return {}

    @property
    def email(self) -> str | None:
        """L'adresse désignée."""
        wanted = text(self.data.get("primary_email_address_id"))
        entries = self.data.get("email_addresses")
        for entry in entries if isinstance(entries, list) else []:
            if wanted and isinstance(entry, dict) and entry.get("id") == wanted:
                return text(entry.get("email_address"))
        return None


def text(value: object) -> str | None:
    """Rendre un texte utilisable, ou rien."""
    return (
        value
        if isinstance(value, str) and value and value.encode(errors="ignore").decode() == value
        else None
    )


def instant(value: object) -> int | None:
    """Rendre un instant en millisecondes, ou rien."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**15:
        return None
    return value if value >= 10**11 else 1000 * value
