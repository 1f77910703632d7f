"""Les factures payées, et les abonnements qu'elles activent.

`invoice.paid` et `invoice.payment_succeeded` arrivent tous deux pour une même facture. Préférez le premier : il couvre
aussi ce qui est réglé hors de Stripe. Les deux sont admis, et chaque fait n'est annoncé qu'une fois.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import Table, tuple_

from reference_impl.catalogue.reading import Data, inside, short, text, when
from reference_impl.providers.intake import ProviderEvent
from reference_impl.providers.stripe.events import amount, origin, subject
from reference_impl.providers.stripe.subscriptions import activate
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.reactions import News
from reference_impl.store.pipeline import Write, perform, perform_all
from reference_impl.store.versioned import insert_values
from reference_impl.tables import Invoice

INVOICES: Table = Invoice.__table__  # type: ignore[attr-defined]


def record_invoice(transaction: Transaction, event: ProviderEvent) -> Outcome:
    """Écrire une facture payée et activer l'abonnement. Lève `UnusableEventError`.

    `invoice.payment_succeeded` dit qu'un versement a réussi ; s'il n'est que partiel, la facture reste ouverte.
    """
    found = subject(event)
    row = invoice_row(event, found)
    if event.type != "invoice.paid" and text(found, "status") != "paid":
        return Outcome.IGNORED
    wrote = write_invoice(transaction, row)
    # Un seul des deux événements peut porter `billing_reason` : l'abonnement ne dépend pas de la ligne de la facture.
    activated = activate(transaction, row) if for_subscription(found) else False
    return Outcome.PROCESSED if wrote or activated else Outcome.STALE


def invoice_row(event: ProviderEvent, found: Data) -> dict[str, Any]:
    """Lire les colonnes de `invoices`. L'abonnement a changé de place dans l'API de Stripe : les deux sont lues."""
    identifier, told = origin(event, found)
    details = inside(inside(found, "parent"), "subscription_details")
    paid_at = when(inside(found, "status_transitions"), "paid_at")
    return {
        "invoice_id": identifier,
        "customer_id": short(found, "customer"),
        "subscription_id": short(details, "subscription") or short(found, "subscription"),
        "status": "paid",
        "amount_paid": amount(found, "amount_paid"),
        "currency": short(found, "currency"),
        "paid_at": event.at if paid_at is None else paid_at,
        **told,
    }


def for_subscription(found: Data) -> bool:
    """Dire si la facture vient d'un abonnement : une facture isolée n'active rien."""
    return (text(found, "billing_reason") or "").startswith("subscription")


def write_invoice(transaction: Transaction, row: dict[str, Any]) -> bool:
    """Écrire la facture, et l'annoncer si elle est nouvelle ; dire si la ligne a changé."""
    names = tuple(row)
    if perform(transaction.connection, Write(_first(transaction.dialect, names), row)) is None:
        return perform(transaction.connection, Write(_earlier(transaction.dialect, names), row)) is not None
    told = {name: row[name] for name in ("invoice_id", "subscription_id", "currency")}
    news = News("invoice.paid", f"invoice.paid/{row['invoice_id']}", {**told, "amount": row["amount_paid"]})
    perform_all(transaction.connection, transaction.reactions.announced(transaction, news))
    return True


@lru_cache(maxsize=2)
def _first(dialect: str, names: tuple[str, ...]) -> Any:
    key = INVOICES.c.invoice_id
    return insert_values(dialect, INVOICES, names).on_conflict_do_nothing(index_elements=[key]).returning(key)


@lru_cache(maxsize=2)
def _earlier(dialect: str, names: tuple[str, ...]) -> Any:
    """Remplacer la ligne par celle d'un événement antérieur : elle ne dépend ainsi pas de l'ordre d'arrivée."""
    statement = insert_values(dialect, INVOICES, names)
    new, old = statement.excluded, INVOICES.c
    return statement.on_conflict_do_update(
        index_elements=[old.invoice_id],
        set_={name: new[name] for name in names if name != "invoice_id"},
        where=tuple_(new.event_at, new.event_id) < tuple_(old.event_at, old.event_id),
    ).returning(old.invoice_id)
