"""Lire un champ sans rien exiger de lui : absent, `null` ou d'un autre type, il ne fait pas échouer la livraison.

Une même absence s'écrit de plusieurs façons chez Clerk, selon la version de son API.
"""

from typing import Any

from reference_impl.edge.envelope import LONGEST_ID, Event, instant
from reference_impl.errors import UnusableEventError

Data = dict[str, Any]


def text(data: Data, name: str) -> str | None:
    """Un texte non vide."""
    value = data.get(name)
    return value if isinstance(value, str) and value else None


def short(data: Data, name: str) -> str | None:
    """Un texte court, que l'on peut indexer : PostgreSQL refuse une clé d'index de plus de 2 700 octets environ."""
    value = text(data, name)
    return value if value is not None and len(value) <= LONGEST_ID else None


def lowered(value: str | None) -> str | None:
    """Une adresse en minuscules : elle désigne la même personne, quelle que soit la casse de l'invitation."""
    return None if value is None else value.lower()


def person(data: Data, name: str = "user_id") -> str | None:
    """L'identifiant d'une personne."""
    return short(data, name)


def yes(data: Data, name: str) -> bool:
    """Un booléen : seul `true` vaut vrai."""
    return data.get(name) is True


def when(data: Data, name: str) -> int | None:
    """Un instant, en millisecondes."""
    return instant(data.get(name))


def whole(data: Data, name: str) -> int | None:
    """Un entier qui tient dans un INTEGER de PostgreSQL."""
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31 else None


def inside(data: Data, name: str) -> Data:
    """Un objet ; s'il manque, un objet vide."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def objects(data: Data, name: str) -> list[Data]:
    """Une liste d'objets ; ce qui n'en est pas un est laissé de côté."""
    value = data.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(data: Data, name: str) -> list[str]:
    """Une liste de textes."""
    value = data.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def snapshot_version(event: Event) -> int:
    """La version d'un instantané : `data.updated_at`, sinon l'instant de l'événement, en millisecondes."""
    version = when(event.data, "updated_at")
    return version if version is not None else event_version(event)


def event_version(event: Event) -> int:
    """L'instant de l'événement : la version de ce que `data.updated_at` ne date pas, comme l'état d'une session."""
    if event.timestamp is None:
        raise UnusableEventError("no_version")
    return event.timestamp


def deletion_time(event: Event, now: int) -> int:
    """L'instant d'une suppression, à défaut celui de sa réception : une suppression ne doit jamais se perdre."""
    return now if event.timestamp is None else event.timestamp
