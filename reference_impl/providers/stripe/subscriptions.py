"""Les abonnements : actifs depuis la première facture payée, et payés jusqu'à la dernière."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Table, case, tuple_

from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.reactions import News
from reference_impl.store.pipeline import Write, perform, perform_all
from reference_impl.store.versioned import insert_values
from reference_impl.tables import Subscription

SUBSCRIPTIONS: Table = Subscription.__table__  # type: ignore[attr-defined]

KEY = [SUBSCRIPTIONS.c.customer_id, SUBSCRIPTIONS.c.subscription_id]


def activate(transaction: Transaction, invoice: dict[str, Any]) -> bool:
    """Noter qu'une facture de l'abonnement est payée, et l'annoncer à la première ; dire si la ligne a changé.

    Sans client, il n'y a personne à qui ouvrir l'abonnement : rien n'est écrit.
    """
    if invoice["customer_id"] is None:
        return False
    row = subscription_row(invoice)
    if perform(transaction.connection, Write(_first(transaction.dialect), row)) is None:
        return perform(transaction.connection, Write(_again(transaction.dialect), row)) is not None
    perform_all(transaction.connection, transaction.reactions.announced(transaction, news(invoice)))
    return True


def subscription_row(invoice: dict[str, Any]) -> dict[str, Any]:
    """Rendre les colonnes de `subscriptions`, d'après la facture."""
    return {
        "customer_id": invoice["customer_id"],
        "subscription_id": invoice["subscription_id"] or "",
        "active_since": invoice["paid_at"],
        "last_invoice_id": invoice["invoice_id"],
        "last_paid_at": invoice["paid_at"],
    }


def news(invoice: dict[str, Any]) -> News:
    """Composer la nouvelle à transmettre, sans le client : `invoice_id` suffit à le demander à Stripe."""
    told = {name: invoice[name] for name in ("subscription_id", "invoice_id", "currency")}
    key = f"subscription.activated/{invoice['subscription_id'] or invoice['invoice_id']}"
    return News("subscription.activated", key, {**told, "amount": invoice["amount_paid"]})


@lru_cache(maxsize=2)
def _first(dialect: str) -> Any:
    statement = insert_values(dialect, SUBSCRIPTIONS, tuple(SUBSCRIPTIONS.c.keys()))
    return statement.on_conflict_do_nothing(index_elements=KEY).returning(*KEY)


@lru_cache(maxsize=2)
def _again(dialect: str) -> Any:
    """Mettre le début plus tôt, ou la fin plus tard : une facture ancienne peut arriver la dernière."""
    statement = insert_values(dialect, SUBSCRIPTIONS, tuple(SUBSCRIPTIONS.c.keys()))
    new, old = statement.excluded, SUBSCRIPTIONS.c
    sooner = new.active_since < old.active_since
    later = tuple_(old.last_paid_at, old.last_invoice_id) < tuple_(new.last_paid_at, new.last_invoice_id)
    last = ("last_invoice_id", "last_paid_at")
    return statement.on_conflict_do_update(
        index_elements=KEY,
        set_={
            "active_since": case((sooner, new.active_since), else_=old.active_since),
            **{name: case((later, new[name]), else_=old[name]) for name in last},
        },
        where=sooner | later,
    ).returning(*KEY)
