"""Les réglages qui séparent le développement de la production, lus une fois, au démarrage."""

from collections.abc import Mapping
from dataclasses import dataclass

ENVIRONMENTS = ("development", "production")


class BadSettingsError(Exception):
    """Un réglage manque ou n'a pas de sens : mieux vaut ne pas démarrer que mal choisir l'environnement."""


@dataclass(frozen=True)
class Settings:
    """L'environnement, et l'instance Clerk dont les événements sont les nôtres (`ins_…`)."""

    app_env: str
    instance_id: str | None

    def is_foreign(self, instance_id: object) -> bool:
        """Dire si l'événement vient d'une autre instance ; hors de la production, aucune n'est étrangère.

        Un événement sans `instance_id` est des nôtres : le champ est facultatif, la signature a déjà parlé.
        """
        raise NotImplementedError("TODO : comparez l'instance de l'événement à la nôtre")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Lire `APP_ENV` et `CLERK_INSTANCE_ID`. Lève `BadSettingsError` si l'un n'est pas acceptable."""
    app_env = environ.get("APP_ENV", "")
    instance_id = environ.get("CLERK_INSTANCE_ID", "").strip() or None
    # TODO : refusez un APP_ENV inconnu, et la production sans CLERK_INSTANCE_ID
    return Settings(app_env, instance_id)
