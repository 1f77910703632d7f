"""Les colonnes d'un utilisateur, lues dans un `data` dont presque tout peut manquer."""

from typing import Any

from ex5_production.envelope import text_or_none, to_ms
from ex5_production.event import Event
from kit.users import UserSnapshot


def read_snapshot(event: Event, clerk_id: str) -> UserSnapshot:
    """Lire l'instantané ; sa version est `data.updated_at` en ms, à défaut l'instant de l'événement."""
    # BEGIN SOLUTION: lisez chaque colonne sans supposer que le champ soit là
    data = event.data
    return UserSnapshot(
        clerk_id=clerk_id,
        email=primary_email(data),
        first_name=text_or_none(data.get("first_name")),
        last_name=text_or_none(data.get("last_name")),
        clerk_updated_at=to_ms(data.get("updated_at")) or event.timestamp,
    )
    # END SOLUTION


def primary_email(data: dict[str, Any]) -> str | None:
    """Rendre l'adresse que désigne `primary_email_address_id`, ou `None` s'il ne désigne rien."""
    # BEGIN SOLUTION: cherchez l'adresse désignée ; la liste peut manquer, être nulle ou vide
    primary = text_or_none(data.get("primary_email_address_id"))
    addresses = data.get("email_addresses")
    if primary is None or not isinstance(addresses, list):
        return None
    for address in addresses:
        if isinstance(address, dict) and address.get("id") == primary:
            return text_or_none(address.get("email_address"))
    return None
    # END SOLUTION
