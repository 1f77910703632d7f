"""Stripe comme expéditeur, à monter par `provider_router`."""

from collections.abc import Callable, Sequence

from sqlalchemy import Table

from reference_impl.clock import Clock
from reference_impl.providers.intake import Provider, ProviderEvent
from reference_impl.providers.stripe.events import read_event
from reference_impl.providers.stripe.invoices import record_invoice
from reference_impl.providers.stripe.payments import STATUSES, record_payment
from reference_impl.providers.stripe.signature import StripeVerifier
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.tables import StripeInbox

INBOX: Table = StripeInbox.__table__  # type: ignore[attr-defined]

RECORDS: dict[str, Callable[[Transaction, ProviderEvent], Outcome]] = {
    **dict.fromkeys(STATUSES, record_payment),
    "invoice.paid": record_invoice,
    "invoice.payment_succeeded": record_invoice,
}
"""Les types traités ; les autres sont ignorés."""


def stripe_provider(secrets: Sequence[str], clock: Clock, *, livemode: bool | None = None) -> Provider:
    """Construire l'expéditeur. `secrets` : ceux de l'endpoint, tels que Stripe les donne ; `clock` : millisecondes.

    `livemode` : `True` en production, `False` avec des clés de test, `None` pour admettre les deux. Un événement de
    l'autre mode est ignoré : un paiement de test, fait avec une carte de test, ne doit pas rendre une commande payée.
    """

    def record(transaction: Transaction, event: ProviderEvent) -> Outcome:
        if livemode is not None and event.data.get("livemode") is not livemode:
            return Outcome.IGNORED
        known = RECORDS.get(event.type)
        return known(transaction, event) if known else Outcome.IGNORED

    return Provider("stripe", INBOX, StripeVerifier(secrets, clock).verify, read_event, record)
