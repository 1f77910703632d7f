"""Les semaines ISO, du lundi au dimanche, en UTC. Une semaine est l'instant de son lundi, en millisecondes.

Tout est calcul sur des entiers : ni le fuseau du serveur, ni celui de la base, ni l'heure d'été n'y changent rien.
"""

from datetime import UTC, date, datetime
from typing import Any

WEEK_MS = 7 * 86_400_000

_SINCE_MONDAY_MS = 3 * 86_400_000
"""Le 1er janvier 1970 est un jeudi : trois jours après son lundi."""


def monday(instant: Any) -> Any:
    """Rendre le lundi de cet instant, un entier ou une colonne SQL : la même formule sert aux deux."""
    return instant - (instant + _SINCE_MONDAY_MS) % WEEK_MS


def starts(week: int) -> date:
    """Rendre la date de ce lundi."""
    return datetime.fromtimestamp(week / 1000, UTC).date()


def name(week: int) -> str:
    """Nommer la semaine, comme « 2026-W47 ». Son année est celle de son jeudi : le 1er janvier 2027 est en 2026-W53."""
    year, number, _ = starts(week).isocalendar()
    return f"{year}-W{number:02}"
