"""Les réglages : développement ou production, et quelle instance est la nôtre."""

import os
from typing import NamedTuple


class Config(NamedTuple):
    """`instance` n'est regardée qu'en production."""

    production: bool
    instance: str

    def is_foreign(self, instance: object) -> bool:
        """Dire si l'événement vient d'ailleurs ; sans instance, il est des nôtres."""
        return self.production and instance not in (None, "", self.instance)


def read_config() -> Config:
    """Lire l'environnement, ou finir le processus en disant pourquoi."""
    env, instance = os.getenv("APP_ENV"), os.getenv("CLERK_INSTANCE_ID", "")
    if env not in ("development", "production"):
        raise SystemExit("APP_ENV doit valoir development ou production.")
    if env == "production" and not instance:
        raise SystemExit("CLERK_INSTANCE_ID est exigée en production.")
    return Config(env == "production", instance)
