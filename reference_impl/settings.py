"""Les réglages : lus dans l'environnement, validés au démarrage.

Un réglage douteux arrête le serveur ; il ne l'affaiblit pas.
"""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from reference_impl import rules
from reference_impl.errors import InvalidSettingError
from reference_impl.feature_settings import FeatureSettings


class Environment(StrEnum):
    """Là où tourne le serveur. Une autre valeur serait une faute de frappe : elle est refusée."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _split(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


LongSecret = Annotated[SecretStr, AfterValidator(rules.long_secret)]
SureAddress = Annotated[str, AfterValidator(rules.sure_address)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(rules.origins)]
Days = Annotated[int, Field(ge=1)]


class Settings(FeatureSettings):
    """Les réglages. Les secrets y sont des `SecretStr` : ni une trace ni un `print` ne les montre."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    app_env: Environment
    database_url: Annotated[SecretStr, AfterValidator(rules.database_address)]
    clerk_webhook_signing_secret: Annotated[SecretStr, AfterValidator(rules.signing_secrets)]
    clerk_instance_id: Annotated[str, AfterValidator(rules.instance)] | None = None
    erasure_key: LongSecret
    admin_token: LongSecret

    clerk_jwt_key: Annotated[str, AfterValidator(rules.public_key)] | None = None
    clerk_jwks_url: SureAddress | None = None
    clerk_authorized_parties: Origins = ()
    clerk_secret_key: SecretStr | None = None
    clerk_api_url: SureAddress = "https://api.clerk.com/v1"

    keep_bodies: bool = True
    body_retention_days: Days = 30
    inbox_retention_days: Days = 90
    session_retention_days: Days = 90
    database_pool_size: Annotated[int, Field(ge=1, le=1000)] = 10

    @property
    def in_production(self) -> bool:
        """Dire si le serveur reçoit les événements de vraies personnes."""
        return self.app_env is Environment.PRODUCTION

    @model_validator(mode="after")
    def _production_is_explicit(self) -> Self:
        """Exiger l'instance en production : sans elle, les événements de développement y entreraient."""
        if self.in_production and not self.clerk_instance_id:
            raise ValueError(
                "CLERK_INSTANCE_ID est vide, alors que APP_ENV=production : donnez l'identifiant ins_… de l'instance."
            )
        return self

    @model_validator(mode="after")
    def _production_has_its_own_secrets(self) -> Self:
        """Refuser en production les valeurs de `env.example` : publiques, elles ne protègent rien."""
        given = {name: value for name, value in self if isinstance(value, SecretStr)}
        for name, secret in given.items():
            value = secret.get_secret_value()
            if self.in_production and any(example in value for example in rules.PUBLIC_EXAMPLES):
                raise ValueError(f"{name.upper()} a encore la valeur de l'exemple : donnez-lui la vôtre.")
        return self

    @model_validator(mode="after")
    def _logins_name_their_application(self) -> Self:
        """Exiger les origines admises : sans elles, aucun jeton ne passerait, ou bien ceux d'autres applications."""
        if (self.clerk_jwt_key or self.clerk_jwks_url) and not self.clerk_authorized_parties:
            raise ValueError(
                "CLERK_AUTHORIZED_PARTIES est vide : donnez l'origine de votre application, https://…"
            )
        return self

    @model_validator(mode="after")
    def _onboarding_knows_who_asks(self) -> Self:
        """Exiger une clé : sans jeton vérifié, la route de l'accueil ne saurait pas à qui elle parle."""
        if self.onboarding and not (self.clerk_jwt_key or self.clerk_jwks_url):
            raise ValueError("ONBOARDING demande une clé de jetons : donnez CLERK_JWKS_URL ou CLERK_JWT_KEY.")
        return self

    @model_validator(mode="after")
    def _retention_outlives_replays(self) -> Self:
        """Refuser d'oublier une livraison avant son corps.

        Svix peut la renvoyer pendant 90 jours, d'où la valeur par défaut : oubliée plus tôt, elle passerait pour neuve.
        """
        if self.inbox_retention_days < self.body_retention_days:
            raise ValueError("INBOX_RETENTION_DAYS doit être au moins égal à BODY_RETENTION_DAYS.")
        return self


def load_settings() -> Settings:
    """Lire l'environnement. Lève `InvalidSettingError` : une phrase par réglage à corriger, sans sa valeur."""
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        raise InvalidSettingError("\n".join(_sentence(detail) for detail in error.errors())) from None


def _sentence(detail: Any) -> str:
    name, *inside = [str(part) for part in detail["loc"]] or [""]
    name = name.upper()
    if detail["type"] == "missing" and not inside:
        return f"{name} est vide. Donnez-lui une valeur avant de démarrer."
    if detail["type"] in {"missing", "extra_forbidden"} and inside:
        verb = "manque" if detail["type"] == "missing" else "est de trop"
        return f"{name} : dans l'élément n° {int(inside[0]) + 1}, {inside[-1]} {verb}."
    expected = _EXPECTED.get(detail["type"])
    message = (
        expected.format(**detail.get("ctx", {})) if expected else detail["msg"].removeprefix("Value error, ")
    )
    return message if not name or name in message else f"{name} : {message}"


_EXPECTED = {
    "enum": "attendu : development ou production.",
    "int_parsing": "attendu : un nombre entier.",
    "int_parsing_size": "attendu : un nombre entier.",
    "bool_parsing": "attendu : true ou false.",
    "greater_than_equal": "attendu : {ge} au moins.",
    "less_than_equal": "attendu : {le} au plus.",
    "tuple_type": "attendu : une liste.",
    "string_type": "attendu : un texte.",
    "model_type": "attendu : une liste d'objets.",
}
"""Les messages de Pydantic, en français."""
