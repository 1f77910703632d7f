"""Les paiements. La ligne finale dépend des événements reçus, et non de leur ordre d'arrivée.

Un échec n'annule rien : le paiement attend un autre moyen de paiement (`requires_payment_method`), et un second essai
peut réussir. Seul `payment_intent.canceled` annule.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import case, null, tuple_

from reference_impl.catalogue.reading import inside, short
from reference_impl.providers.intake import ProviderEvent
from reference_impl.providers.stripe.events import amount, origin, subject
from reference_impl.providers.stripe.payers import PAYMENTS, without_erased
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.reactions import News
from reference_impl.store.pipeline import Write, perform, perform_all
from reference_impl.store.versioned import insert_values

STATUSES = {
    "payment_intent.processing": "processing",
    "payment_intent.payment_failed": "requires_payment_method",
    "payment_intent.canceled": "canceled",
    "payment_intent.succeeded": "succeeded",
}

FINAL = {"canceled": 1, "succeeded": 2}
"""Les états dont Stripe ne sort pas. S'il annonçait les deux, l'argent reçu l'emporterait.

Le tenir pour annulé cacherait une somme reçue : il faut livrer la commande, ou rembourser.
"""

NEWS = {
    "requires_payment_method": "payment.failed",
    "canceled": "payment.canceled",
    "succeeded": "payment.succeeded",
}


def record_payment(transaction: Transaction, event: ProviderEvent) -> Outcome:
    """Écrire l'état d'un paiement, s'il l'emporte sur celui de la ligne. Lève `UnusableEventError`."""
    row = without_erased(transaction, payment_row(event))
    if perform(transaction.connection, payment_write(transaction.dialect, row)) is None:
        return Outcome.STALE
    if kind := NEWS.get(row["status"]):
        perform_all(transaction.connection, transaction.reactions.announced(transaction, news(kind, row)))
    return Outcome.PROCESSED


def payment_row(event: ProviderEvent) -> dict[str, Any]:
    """Lire les colonnes de `payments`. Le type dit l'état ; de l'erreur, seul le code est gardé, jamais le message.

    `commande_id` est le nom que le cours donne à `order_id` dans les métadonnées.
    """
    found = subject(event)
    identifier, told = origin(event, found)
    metadata, error = inside(found, "metadata"), inside(found, "last_payment_error")
    return {
        "payment_intent_id": identifier,
        "order_id": short(metadata, "order_id") or short(metadata, "commande_id"),
        "clerk_id": short(metadata, "clerk_id"),
        "customer_id": short(found, "customer"),
        "status": STATUSES[event.type],
        "amount": amount(found, "amount"),
        "amount_received": amount(found, "amount_received"),
        "currency": short(found, "currency"),
        "error_code": short(error, "decline_code") or short(error, "code"),
        **told,
    }


def payment_write(dialect: str, row: dict[str, Any]) -> Write:
    """Préparer l'écriture d'un paiement, sans effet si la ligne tient d'un événement qui l'emporte."""
    return Write(_upsert(dialect, tuple(row)), row)


@lru_cache(maxsize=2)
def _upsert(dialect: str, names: tuple[str, ...]) -> Any:
    statement = insert_values(dialect, PAYMENTS, names)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[PAYMENTS.c.payment_intent_id],
        set_={
            **{name: new[name] for name in names if name != "payment_intent_id"},
            # Un lien coupé par un effacement ne revient pas, quoi que dise l'événement suivant.
            **{
                name: case((PAYMENTS.c.unlinked, null()), else_=new[name])
                for name in ("clerk_id", "customer_id")
            },
            "unlinked": PAYMENTS.c.unlinked | new.unlinked,
        },
        where=precedence(PAYMENTS.c) < precedence(new),
    ).returning(PAYMENTS.c.payment_intent_id)


def precedence(row: Any) -> Any:
    """Ordonner deux états d'un paiement : un état final d'abord, sinon le plus récent.

    À la même seconde, un échec l'emporte sur `processing`, qu'il suit ; entre deux échecs, l'identifiant départage.
    """
    final = case(FINAL, value=row.status, else_=0)
    settled = case({"processing": 0}, value=row.status, else_=1)
    return tuple_(final, row.event_at, settled, row.event_id)


def news(kind: str, row: dict[str, Any]) -> News:
    """Composer la nouvelle à transmettre. Un second échec du même paiement a la même clé : elle ne part qu'une fois."""
    told = ("payment_intent_id", "order_id", "amount", "amount_received", "currency")
    return News(kind, f"{kind}/{row['payment_intent_id']}", {name: row[name] for name in told})
