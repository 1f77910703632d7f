"""Les réglages, jugés par Pydantic."""

import os
from typing import Literal, Self

from pydantic import BaseModel, model_validator


class Settings(BaseModel):
    """Développement ou production ; la production sait quelle instance est la sienne."""

    app_env: Literal["development", "production"]
    clerk_instance_id: str = ""

    @classmethod
    def from_environment(cls) -> Self:
        """Lire les variables. Lève `ValidationError`."""
        names = {name: os.environ.get(name.upper()) for name in cls.model_fields}
        return cls.model_validate({name: value for name, value in names.items() if value is not None})

    @model_validator(mode="after")
    def production_knows_its_instance(self) -> Self:
        """Exiger l'instance en production."""
        if self.app_env == "production" and not self.clerk_instance_id:
            raise ValueError("CLERK_INSTANCE_ID est exigée en production")
        return self

    def accepts(self, instance: str | None) -> bool:
        """Dire si un événement de cette instance nous concerne."""
        return self.app_env != "production" or not instance or instance == self.clerk_instance_id
