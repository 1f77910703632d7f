"""Les réglages des scénarios et des autres expéditeurs. Ce qui n'est pas configuré est éteint ; `features` le liste."""

import json
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode

from reference_impl import rules

SureAddress = Annotated[str, AfterValidator(rules.sure_address)]
VisibleSecret = Annotated[SecretStr, AfterValidator(rules.visible_secret)]


class Subscriber(BaseModel):
    """Une application abonnée : où lui écrire, avec quel secret signer, ce qui l'intéresse et ce qu'elle peut savoir.

    `types` : `user.updated`, `user.*` ou `*`. `fields` : les colonnes de la personne qui lui sont communiquées, aucune
    par défaut. `secret` ne sert qu'à `dispatch`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(rules.short_name)]
    url: SureAddress
    secret: Annotated[SecretStr, AfterValidator(rules.one_signing_secret)] | None = None
    types: Annotated[tuple[str, ...], AfterValidator(rules.relayed_types)] = ("*",)
    fields: Annotated[tuple[str, ...], AfterValidator(rules.shared_fields)] = ()


def _parsed(value: Any) -> Any:
    """Lire le JSON d'une variable d'environnement, sans rien citer d'elle : elle porte des secrets."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("ce n'est pas du JSON. Attendu : une liste d'objets, sur une ligne.") from None


def _distinct(values: tuple[Subscriber, ...]) -> tuple[Subscriber, ...]:
    if len({value.name for value in values}) < len(values):
        raise ValueError("deux applications abonnées portent le même nom : donnez à chacune le sien.")
    return values


Subscribers = Annotated[tuple[Subscriber, ...], NoDecode, BeforeValidator(_parsed), AfterValidator(_distinct)]


class FeatureSettings(BaseSettings):
    """Ce qui s'ajoute au récepteur, éteint par défaut."""

    app_name: Annotated[str, AfterValidator(rules.one_line)] = "Notre application"
    app_url: SureAddress | None = None

    smtp_url: Annotated[SecretStr, AfterValidator(rules.smtp_address)] | None = None
    resend_api_key: VisibleSecret | None = None
    resend_api_url: SureAddress = "https://api.resend.com"
    email_from: Annotated[str, AfterValidator(rules.mailbox)] | None = None

    subscribers: Subscribers = ()
    slack_bot_token: VisibleSecret | None = None
    slack_channel: Annotated[str, AfterValidator(rules.slack_channel)] | None = None
    slack_api_url: SureAddress = "https://slack.com/api"
    mailchimp_api_key: Annotated[SecretStr, AfterValidator(rules.mailchimp_key)] | None = None
    mailchimp_list_id: str | None = None
    mailchimp_api_url: SureAddress | None = None

    alerts: bool = False
    onboarding: bool = False
    analytics: bool = False

    stripe_webhook_secret: Annotated[SecretStr, AfterValidator(rules.stripe_secrets)] | None = None
    resend_webhook_secret: Annotated[SecretStr, AfterValidator(rules.resend_secrets)] | None = None
    easypost_webhook_secret: Annotated[SecretStr, AfterValidator(rules.shipping_secret)] | None = None
    shippo_webhook_secret: Annotated[SecretStr, AfterValidator(rules.shipping_secret)] | None = None
    shippo_webhook_token: Annotated[SecretStr, AfterValidator(rules.address_token)] | None = None

    @model_validator(mode="after")
    def _one_way_to_send_mail(self) -> Self:
        """Refuser deux fournisseurs de messages : lequel servirait ?"""
        if self.smtp_url and self.resend_api_key:
            raise ValueError("SMTP_URL et RESEND_API_KEY sont donnés tous les deux : gardez-en un.")
        return self

    @model_validator(mode="after")
    def _no_secret_without_its_feature(self) -> Self:
        """Refuser un secret d'envoi dont la fonction est éteinte : ce serait un oubli.

        L'inverse est permis : le serveur inscrit les effets, et seul `dispatch`, qui les envoie, a besoin du secret.
        """
        for secret, switch in SWITCHES.items():
            if getattr(self, secret) and not getattr(self, switch):
                raise ValueError(f"{secret.upper()} est donné sans {switch.upper()} : donnez aussi celui-ci.")
        return self


SWITCHES = {
    "smtp_url": "email_from",
    "resend_api_key": "email_from",
    "slack_bot_token": "slack_channel",
    "mailchimp_api_key": "mailchimp_list_id",
}
"""Pour chaque secret d'envoi, le réglage qui allume sa fonction."""
