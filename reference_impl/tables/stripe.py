"""Ce que Stripe dit de l'argent : des montants, des états et des identifiants. Ni nom, ni adresse, ni carte.

`event_at` et `event_id` désignent l'événement dont vient la ligne : Stripe n'assure pas l'ordre des livraisons.
"""

from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import flag, instant, key, version


def _amount() -> Any:
    """Un montant, dans la plus petite unité de la devise ; en roupies indonésiennes, il peut dépasser un INTEGER."""
    return Field(default=None, sa_type=BigInteger)


class Payment(SQLModel, table=True):
    """Un paiement, et la commande qu'il règle : elle est payée quand `status` vaut `succeeded`.

    `clerk_id` vient des métadonnées que votre application a données à Stripe. Un effacement vide `clerk_id` et
    `customer_id`, et `unlinked` les empêche de revenir ; le reste demeure, car la loi impose de conserver les pièces
    comptables.
    """

    __tablename__ = "payments"

    payment_intent_id: str = key()
    order_id: str | None = Field(default=None, index=True)
    clerk_id: str | None = Field(default=None, index=True)
    customer_id: str | None = None
    status: str
    amount: int | None = _amount()
    amount_received: int | None = _amount()
    currency: str | None = None
    error_code: str | None = None
    unlinked: bool = flag()
    event_at: int = version()
    event_id: str


class Invoice(SQLModel, table=True):
    """Une facture payée. Deux événements l'annoncent : la ligne vient de celui que Stripe a créé le premier."""

    __tablename__ = "invoices"

    invoice_id: str = key()
    customer_id: str | None = Field(default=None, index=True)
    subscription_id: str | None = None
    status: str
    amount_paid: int | None = _amount()
    currency: str | None = None
    paid_at: int | None = instant()
    event_at: int = version()
    event_id: str


class Subscription(SQLModel, table=True):
    """Un abonnement dont une facture au moins a été payée. `subscription_id` est vide s'il n'est pas connu.

    Rien n'y dit qu'il court encore : la dernière facture payée date de `last_paid_at`.
    """

    __tablename__ = "subscriptions"

    customer_id: str = key()
    subscription_id: str = key()
    active_since: int = version()
    last_invoice_id: str
    last_paid_at: int = version()
