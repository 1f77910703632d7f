"""Les routes des autres expéditeurs, pour ceux qui sont configurés."""

from collections.abc import Iterator

from fastapi import APIRouter
from pydantic import SecretStr

from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.resend.provider import resend_provider
from reference_impl.providers.route import provider_router
from reference_impl.providers.shipping.easypost import easypost_provider
from reference_impl.providers.shipping.shippo import shippo_provider
from reference_impl.providers.stripe.provider import stripe_provider
from reference_impl.receiving.receive import Receiver
from reference_impl.settings import Settings

STRIPE_PATH = "/api/webhooks/stripe"
EMAIL_PATH = "/api/webhooks/email"
SHIPPING_PATH = "/api/webhooks/shipping"


def provider_routers(settings: Settings, receiver: Receiver) -> Iterator[APIRouter]:
    """Monter une route par sorte d'expéditeur configuré. En production, les événements de test sont ignorés."""
    intake = Intake(receiver.engine, receiver.subjects, receiver.clock, receiver.reactions)
    live = True if settings.in_production else None
    if settings.stripe_webhook_secret:
        secrets = settings.stripe_webhook_secret.get_secret_value().split()
        yield provider_router(STRIPE_PATH, intake, [stripe_provider(secrets, receiver.clock, livemode=live)])
    if settings.resend_webhook_secret:
        secrets = settings.resend_webhook_secret.get_secret_value().split()
        yield provider_router(EMAIL_PATH, intake, [resend_provider(secrets, receiver.subjects)])
    if carriers := list(_carriers(settings, receiver, live=live)):
        yield provider_router(SHIPPING_PATH, intake, carriers)


def _carriers(settings: Settings, receiver: Receiver, *, live: bool | None) -> Iterator[Provider]:
    if settings.easypost_webhook_secret:
        yield easypost_provider(settings.easypost_webhook_secret.get_secret_value(), live=live)
    secret, token = _told(settings.shippo_webhook_secret), _told(settings.shippo_webhook_token)
    if secret or token:
        yield shippo_provider(secret, token, receiver.clock, live=live)


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
