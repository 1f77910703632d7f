"""Dans quel monde sommes-nous ?"""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class World:
    """`name` vaut `development` ou `production` ; `ours` est notre instance."""

    name: str
    ours: str | None

    @classmethod
    def from_environment(cls) -> "World":
        """Lire les réglages. Lève `KeyError` ou `ValueError`."""
        name, ours = os.environ["APP_ENV"], os.environ.get("CLERK_INSTANCE_ID") or None
        if name not in ("development", "production"):
            raise ValueError("APP_ENV : development ou production.")
        if name == "production" and ours is None:
            raise ValueError("CLERK_INSTANCE_ID manque.")
        return cls(name, ours)

    def knows(self, instance: object) -> bool:
        """Dire si un événement de cette instance est à nous."""
        return self.name == "development" or instance in (None, "", self.ours)
