"""L'instantané d'un utilisateur : ce que les deux chemins ont en commun."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UserSnapshot:
    """Les colonnes d'un utilisateur à un instant ; `clerk_updated_at` est la version, en millisecondes."""

    clerk_id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    clerk_updated_at: int
