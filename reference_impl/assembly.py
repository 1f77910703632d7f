"""L'assemblage des fonctions allumées : ce qu'elles ajoutent aux écritures, les files d'envoi, les routes."""

from collections.abc import Iterator
from functools import partial

from fastapi import APIRouter

from reference_impl.edge.session_token import KeySource
from reference_impl.effects.senders import Lane
from reference_impl.features import mail_is_on, require_secrets
from reference_impl.privacy.purge import DAY_MS
from reference_impl.providers.mounted import provider_routers
from reference_impl.providers.resend.addresses import is_unusable
from reference_impl.receiving.reactions import OnEvent, OnPerson, Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.alerts import alerts_router, watch
from reference_impl.scenarios.analytics.record import record_login, record_person, record_session
from reference_impl.scenarios.analytics.route import analytics_router
from reference_impl.scenarios.mail_lane import mail_lane
from reference_impl.scenarios.mailchimp import keep_subscribed, mailchimp_lane
from reference_impl.scenarios.messages import COMPOSERS
from reference_impl.scenarios.onboarding import compose_reminder, onboarding_router, remind
from reference_impl.scenarios.relay import relay_lanes, relay_reactions
from reference_impl.scenarios.slack import announce_signup, slack_lane
from reference_impl.scenarios.welcome import welcome, welcome_administrator
from reference_impl.settings import Settings
from reference_impl.store.engine import reading


def reactions(settings: Settings) -> Reactions:
    """Réunir ce que les scénarios allumés ajoutent aux écritures."""
    relay = relay_reactions(settings.subscribers)
    return Reactions(
        people=(*_people(settings), *relay.people),
        events=(*_events(settings), *relay.events),
        logins=(record_login,) if settings.analytics else (),
        roles=(welcome_administrator,) if mail_is_on(settings) else (),
        news=relay.news,
    )


def _people(settings: Settings) -> Iterator[OnPerson]:
    if mail_is_on(settings):
        yield welcome
    if mail_is_on(settings) and settings.onboarding:
        yield remind
    if settings.slack_channel:
        yield announce_signup
    if settings.mailchimp_list_id:
        yield keep_subscribed
    if settings.analytics:
        yield record_person


def _events(settings: Settings) -> Iterator[OnEvent]:
    if settings.alerts:
        kept_ms = settings.session_retention_days * DAY_MS
        yield watch(to_slack=bool(settings.slack_channel), within_ms=kept_ms)
    if settings.analytics:
        yield record_session


def lanes(settings: Settings, receiver: Receiver) -> Iterator[Lane]:
    """Ouvrir une file par destinataire configuré. Lève `InvalidSettingError` s'il manque de quoi lui envoyer."""
    require_secrets(settings)
    if mail_is_on(settings):
        composers = {**COMPOSERS, "onboarding_reminder": compose_reminder}
        yield mail_lane(settings, receiver, composers, unusable=partial(_is_unusable, receiver))
    if settings.slack_channel:
        yield slack_lane(settings, receiver)
    if settings.mailchimp_list_id:
        yield mailchimp_lane(settings, receiver)
    yield from relay_lanes(settings, receiver)


def _is_unusable(receiver: Receiver, address: str) -> bool:
    """Demander au suivi des messages s'il ne faut plus écrire à cette adresse ; éteint, il ne sait rien d'aucune."""
    with reading(receiver.engine).connect() as connection:
        return is_unusable(connection, receiver.subjects, address)


def routers(settings: Settings, receiver: Receiver, keys: KeySource | None) -> Iterator[APIRouter]:
    """Monter les routes des fonctions allumées ; `keys` vérifie les jetons de session, s'il y en a."""
    token = settings.admin_token.get_secret_value()
    if settings.alerts:
        yield alerts_router(receiver, token)
    if settings.analytics:
        yield analytics_router(receiver, token)
    if settings.onboarding and keys is not None:
        yield onboarding_router(receiver, keys, settings.clerk_authorized_parties)
    yield from provider_routers(settings, receiver)
