"""Resend comme expéditeur, à monter par `provider_router`. Il signe par Svix : mêmes en-têtes, mêmes secrets."""

from collections.abc import Sequence

from sqlalchemy import Table

from reference_impl.edge.signature import RawDelivery, Verifier
from reference_impl.privacy.register import Subjects
from reference_impl.providers.intake import Authentic, Provider, ProviderEvent
from reference_impl.providers.resend.addresses import note_unusable
from reference_impl.providers.resend.events import read_event
from reference_impl.providers.resend.states import FACTS, record_fact
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.tables import EmailInbox

INBOX: Table = EmailInbox.__table__  # type: ignore[attr-defined]

TRACKING = frozenset({"email.opened", "email.clicked"})
"""Ce qui observe une personne, et non un message."""


def resend_provider(secrets: Sequence[str], subjects: Subjects, *, track_opens: bool = False) -> Provider:
    """Construire l'expéditeur. `secrets` : ceux de l'endpoint, `whsec_…` ; `subjects` : l'empreinte des adresses.

    `track_opens=True` note aussi les ouvertures et les clics. Ne le demandez qu'avec une base légale : c'est un suivi
    de la personne, qui suppose en général son consentement. Une ouverture n'est d'ailleurs pas une preuve : un serveur
    de messagerie peut charger les images sans que personne ne lise, et un lecteur prudent ne les charge pas.
    """
    verifier = Verifier(secrets)
    recorded = frozenset(FACTS) if track_opens else frozenset(FACTS) - TRACKING

    def verify(raw: RawDelivery) -> Authentic:
        delivery = verifier.verify(raw)
        return Authentic(delivery.body, delivery.svix_id)

    def record(transaction: Transaction, event: ProviderEvent) -> Outcome:
        if event.type not in recorded:
            return Outcome.IGNORED
        wrote = record_fact(transaction, event)
        noted = note_unusable(transaction, subjects, event)
        return Outcome.PROCESSED if wrote or noted else Outcome.STALE

    return Provider("resend", INBOX, verify, read_event, record)
