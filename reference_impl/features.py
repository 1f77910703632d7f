"""Les fonctions qui s'ajoutent au récepteur : lesquelles sont allumées.

Une fonction éteinte n'inscrit aucun effet et n'ouvre aucune route ; le journal la nomme au démarrage. `assembly` monte
celles qui sont allumées.
"""

from dataclasses import dataclass

import structlog

from reference_impl.errors import InvalidSettingError
from reference_impl.settings import Settings


@dataclass(frozen=True)
class Feature:
    """Une fonction : son nom, si elle est allumée, et les variables qui l'allument."""

    name: str
    on: bool
    variables: str


def features(settings: Settings) -> tuple[Feature, ...]:
    """Lister les fonctions, dans l'ordre du cours."""
    return (
        Feature("messages", mail_is_on(settings), "EMAIL_FROM ; pour dispatch : SMTP_URL ou RESEND_API_KEY"),
        Feature("applications", bool(settings.subscribers), "SUBSCRIBERS"),
        Feature("alerts", settings.alerts, "ALERTS"),
        Feature("onboarding", settings.onboarding, "ONBOARDING, et CLERK_JWKS_URL ou CLERK_JWT_KEY"),
        Feature("analytics", settings.analytics, "ANALYTICS"),
        Feature("slack", bool(settings.slack_channel), "SLACK_CHANNEL ; pour dispatch : SLACK_BOT_TOKEN"),
        Feature(
            "mailchimp",
            bool(settings.mailchimp_list_id),
            "MAILCHIMP_LIST_ID ; pour dispatch : MAILCHIMP_API_KEY",
        ),
        Feature("stripe", bool(settings.stripe_webhook_secret), "STRIPE_WEBHOOK_SECRET"),
        Feature("email", bool(settings.resend_webhook_secret), "RESEND_WEBHOOK_SECRET"),
        Feature(
            "shipping",
            shipping_is_on(settings),
            "EASYPOST_WEBHOOK_SECRET, SHIPPO_WEBHOOK_SECRET ou SHIPPO_WEBHOOK_TOKEN",
        ),
    )


def mail_is_on(settings: Settings) -> bool:
    """Dire si des messages sont dus. En développement, sans fournisseur, ils sont écrits au journal."""
    return bool(settings.email_from) or not settings.in_production


def shipping_is_on(settings: Settings) -> bool:
    """Dire si l'un des expéditeurs du suivi des colis, au moins, est configuré."""
    return bool(
        settings.easypost_webhook_secret or settings.shippo_webhook_secret or settings.shippo_webhook_token
    )


def say_features(settings: Settings) -> None:
    """Écrire au journal, au démarrage, ce qui est allumé et ce qui ne l'est pas."""
    listed = features(settings)
    structlog.get_logger().info(
        "features", on=[one.name for one in listed if one.on], off=[one.name for one in listed if not one.on]
    )


def require_secrets(settings: Settings) -> None:
    """Exiger, de qui envoie, les secrets dont le serveur n'a pas besoin. Lève `InvalidSettingError`."""
    if settings.in_production and settings.email_from and not (settings.smtp_url or settings.resend_api_key):
        raise InvalidSettingError(
            "EMAIL_FROM allume les messages : donnez à dispatch SMTP_URL ou RESEND_API_KEY."
        )
    if settings.slack_channel and not settings.slack_bot_token:
        raise InvalidSettingError("SLACK_CHANNEL allume Slack : donnez à dispatch SLACK_BOT_TOKEN.")
    if settings.mailchimp_list_id and not settings.mailchimp_api_key:
        raise InvalidSettingError("MAILCHIMP_LIST_ID allume Mailchimp : donnez à dispatch MAILCHIMP_API_KEY.")
    if any(subscriber.secret is None for subscriber in settings.subscribers):
        raise InvalidSettingError("SUBSCRIBERS : donnez à dispatch le secret de chaque application.")
