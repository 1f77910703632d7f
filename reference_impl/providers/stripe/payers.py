"""Le lien entre une personne et ses paiements : ce qu'un effacement coupe, et qui ne doit pas revenir."""

from typing import Any

from sqlalchemy import Connection, Select, Table, select, update

from reference_impl.privacy.register import erased_among
from reference_impl.receiving.outcomes import Transaction
from reference_impl.store.locks import lock_people
from reference_impl.tables import Invoice, Payment, Subscription

PAYMENTS: Table = Payment.__table__  # type: ignore[attr-defined]
BY_CUSTOMER = (Invoice.__table__, Subscription.__table__)  # type: ignore[attr-defined]

UNLINKED = {"clerk_id": None, "customer_id": None, "unlinked": True}


def own_customers(clerk_id: str) -> Select[Any]:
    """Chercher les clients de Stripe qui ne sont qu'à cette personne : une organisation peut en partager un."""
    others = select(PAYMENTS.c.customer_id).where(
        PAYMENTS.c.clerk_id.is_not(None), PAYMENTS.c.clerk_id != clerk_id, PAYMENTS.c.customer_id.is_not(None)
    )
    mine = (PAYMENTS.c.clerk_id == clerk_id) & PAYMENTS.c.customer_id.is_not(None)
    return select(PAYMENTS.c.customer_id).where(mine, PAYMENTS.c.customer_id.not_in(others))


def belongs(clerk_id: str) -> Any:
    """La condition qui choisit les paiements d'une personne : ceux qui la nomment, et ceux de ses clients."""
    unnamed = PAYMENTS.c.clerk_id.is_(None) & PAYMENTS.c.customer_id.in_(own_customers(clerk_id))
    return (PAYMENTS.c.clerk_id == clerk_id) | unnamed


def forget_payer(connection: Connection, clerk_id: str) -> None:
    """Couper le lien entre une personne effacée et ses paiements ; l'appelant tient son verrou.

    Les montants restent (RGPD, article 17, paragraphe 3, point b). Les factures et les abonnements ne nomment qu'un
    client de Stripe : ce lien coupé, ces tables ne disent plus qui il est. Stripe le sait encore, et votre application
    sait à qui est la commande : l'effacement est à faire là aussi.
    """
    chosen = connection.execute(select(PAYMENTS.c.payment_intent_id).where(belongs(clerk_id))).scalars().all()
    connection.execute(update(PAYMENTS).where(PAYMENTS.c.payment_intent_id.in_(chosen)).values(UNLINKED))


def without_erased(transaction: Transaction, row: dict[str, Any]) -> dict[str, Any]:
    """Ne pas ramener le lien vers une personne effacée. Le paiement, lui, s'écrit : la commande est bien payée.

    Le verrou est gardé jusqu'à la fin de la transaction : aucun effacement ne passe entre la lecture et l'écriture.
    """
    clerk_id = row["clerk_id"]
    if clerk_id is None:
        return {**row, "unlinked": False}
    lock_people(transaction.connection, [clerk_id])
    erased = erased_among(transaction.connection, transaction.subjects, [clerk_id])
    return {**row, **UNLINKED} if erased else {**row, "unlinked": False}


def payments_of(clerk_id: str) -> dict[str, Select[Any]]:
    """Rendre, table par table, la requête de ce que Stripe a dit d'une personne, pour l'export.

    Les factures et les abonnements sont à elle tant qu'un paiement la relie à leur client.
    """
    customers = own_customers(clerk_id)
    others = {table.name: select(table).where(table.c.customer_id.in_(customers)) for table in BY_CUSTOMER}
    return {"payments": select(PAYMENTS).where(belongs(clerk_id)), **others}
