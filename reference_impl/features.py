"""Les fonctions qui s'ajoutent au récepteur : lesquelles sont allumées, et ce que chacune apporte.

Une fonction qui n'est pas configurée n'inscrit aucun effet, n'ouvre aucune route, et le dit au démarrage.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from reference_impl.effects.senders import Lane, LogSender
from reference_impl.errors import InvalidSettingError
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios import welcome
from reference_impl.settings import Settings


@dataclass(frozen=True)
class Feature:
    """Une fonction : son nom, si elle est allumée, et les variables qui l'allument."""

    name: str
    on: bool
    variables: str


def features(settings: Settings) -> tuple[Feature, ...]:
    """Lister les fonctions, dans l'ordre du cours."""
    shipping = (
        settings.easypost_webhook_secret or settings.shippo_webhook_secret or settings.shippo_webhook_token
    )
    return (
        Feature("messages", mail_is_on(settings), "EMAIL_FROM ; pour dispatch : SMTP_URL ou RESEND_API_KEY"),
        Feature("applications", bool(settings.subscribers), "SUBSCRIBERS"),
        Feature("alerts", settings.alerts, "ALERTS"),
        Feature("onboarding", settings.onboarding, "ONBOARDING, et la clé des jetons de session"),
        Feature("analytics", settings.analytics, "ANALYTICS"),
        Feature("slack", bool(settings.slack_channel), "SLACK_CHANNEL ; pour dispatch : SLACK_BOT_TOKEN"),
        Feature(
            "mailchimp",
            bool(settings.mailchimp_list_id),
            "MAILCHIMP_LIST_ID ; pour dispatch : MAILCHIMP_API_KEY",
        ),
        Feature("stripe", bool(settings.stripe_webhook_secret), "STRIPE_WEBHOOK_SECRET"),
        Feature("email tracking", bool(settings.resend_webhook_secret), "RESEND_WEBHOOK_SECRET"),
        Feature(
            "shipping",
            bool(shipping),
            "EASYPOST_WEBHOOK_SECRET, SHIPPO_WEBHOOK_SECRET ou SHIPPO_WEBHOOK_TOKEN",
        ),
    )


def mail_is_on(settings: Settings) -> bool:
    """Dire si des messages sont dus. En développement, sans fournisseur, ils sont écrits au journal."""
    return bool(settings.email_from) or not settings.in_production


def say_features(settings: Settings) -> None:
    """Écrire au journal, au démarrage, ce qui est allumé et ce qui ne l'est pas."""
    listed = features(settings)
    structlog.get_logger().info(
        "features", on=[one.name for one in listed if one.on], off=[one.name for one in listed if not one.on]
    )


def reactions(settings: Settings) -> Reactions:
    """Réunir ce que les scénarios allumés ajoutent aux écritures."""
    mail = mail_is_on(settings)
    return Reactions(
        people=(welcome.welcome,) if mail else (),
        events=(welcome.welcome_administrator,) if mail else (),
    )


def lanes(settings: Settings, receiver: Receiver) -> Iterator[Lane]:
    """Ouvrir une file par destinataire configuré. Lève `InvalidSettingError` s'il manque de quoi lui envoyer."""
    require_secrets(settings)
    if mail_is_on(settings):
        yield Lane("email", LogSender())


def require_secrets(settings: Settings) -> None:
    """Exiger, de qui envoie, les secrets dont le serveur n'a pas besoin."""
    if settings.in_production and settings.email_from and not (settings.smtp_url or settings.resend_api_key):
        raise InvalidSettingError(
            "EMAIL_FROM allume les messages : donnez à dispatch SMTP_URL ou RESEND_API_KEY."
        )
    if settings.slack_channel and not settings.slack_bot_token:
        raise InvalidSettingError("SLACK_CHANNEL allume Slack : donnez à dispatch SLACK_BOT_TOKEN.")
    if settings.mailchimp_list_id and not settings.mailchimp_api_key:
        raise InvalidSettingError("MAILCHIMP_LIST_ID allume Mailchimp : donnez à dispatch MAILCHIMP_API_KEY.")
