"""Les colonnes d'un utilisateur, lues dans un `data` dont presque tout peut manquer."""

from typing import Any

from ex5_production.envelope import text_or_none, to_ms
from ex5_production.event import Event
from kit.users import UserSnapshot


def read_snapshot(event: Event, clerk_id: str) -> UserSnapshot:
    """Lire l'instantané ; sa version est `data.updated_at` en ms, à défaut l'instant de l'événement."""
    raise NotImplementedError("TODO : lisez chaque colonne sans supposer que le champ soit là")


def primary_email(data: dict[str, Any]) -> str | None:
    """Rendre l'adresse que désigne `primary_email_address_id`, ou `None` s'il ne désigne rien."""
    raise NotImplementedError("TODO : cherchez l'adresse désignée ; la liste peut manquer, être nulle ou vide")
