"""Les réglages : lus dans l'environnement, validés au démarrage.

Un réglage douteux arrête le serveur ; il ne l'affaiblit pas.
"""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from reference_impl.edge.signature import parse_secrets
from reference_impl.errors import InvalidSettingError

MINIMUM_SECRET_CHARACTERS = 16


class Environment(StrEnum):
    """Le monde où tourne le serveur. Un troisième serait une faute de frappe."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _long(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().strip()) < MINIMUM_SECRET_CHARACTERS:
        raise ValueError(
            f"moins de {MINIMUM_SECRET_CHARACTERS} caractères. Tirez-en un au hasard :"
            " python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return secret


def _usable(value: SecretStr) -> SecretStr:
    try:
        parse_secrets(value.get_secret_value())
    except InvalidSettingError as error:
        raise ValueError(str(error)) from None
    return value


def _split(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


LongSecret = Annotated[SecretStr, AfterValidator(_long)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """Les réglages. Les secrets y sont des `SecretStr` : une trace ou un `print` n'en montre rien."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    app_env: Environment
    database_url: SecretStr
    clerk_webhook_signing_secret: Annotated[SecretStr, AfterValidator(_usable)]
    clerk_instance_id: str | None = None
    erasure_key: LongSecret
    admin_token: LongSecret

    clerk_jwt_key: str | None = None
    clerk_jwks_url: str | None = None
    clerk_authorized_parties: Words = ()
    clerk_secret_key: SecretStr | None = None
    clerk_api_url: str = "https://api.clerk.com/v1"

    effects_url: str | None = None
    effects_token: SecretStr | None = None

    keep_bodies: bool = True
    body_retention_days: int = 30
    inbox_retention_days: int = 90
    session_retention_days: int = 90
    database_pool_size: int = 10

    @model_validator(mode="after")
    def _production_is_explicit(self) -> Self:
        """Sans instance déclarée, les événements de développement entreraient en production."""
        if self.app_env is Environment.PRODUCTION and not self.clerk_instance_id:
            raise ValueError(
                "CLERK_INSTANCE_ID est vide, et APP_ENV=production : donnez l'identifiant ins_… de l'instance."
            )
        return self

    @model_validator(mode="after")
    def _retention_outlives_replays(self) -> Self:
        """Svix garde les livraisons jusqu'à 90 jours : oubliée plus tôt, l'une d'elles reviendrait comme neuve."""
        if self.inbox_retention_days < self.body_retention_days:
            raise ValueError("INBOX_RETENTION_DAYS doit être au moins BODY_RETENTION_DAYS.")
        return self


def load_settings() -> Settings:
    """Lire l'environnement. Lève `InvalidSettingError` : une phrase par réglage à corriger, sans sa valeur."""
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        raise InvalidSettingError("\n".join(_sentence(detail) for detail in error.errors())) from None


def _sentence(detail: Any) -> str:
    name = "_".join(str(part) for part in detail["loc"]).upper()
    if detail["type"] == "missing":
        return f"{name} est vide. Donnez-lui une valeur avant de démarrer."
    if detail["type"] == "enum":
        return f"{name} doit être development ou production."
    message = detail["msg"].removeprefix("Value error, ")
    return message if not name or name in message else f"{name} : {message}"
