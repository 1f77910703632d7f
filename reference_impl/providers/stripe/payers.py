"""Le lien entre une personne et ses paiements : ce qu'un effacement coupe, et qui ne doit pas revenir."""

from typing import Any

from sqlalchemy import Connection, Select, Table, select, update

from reference_impl.privacy.register import erased_among
from reference_impl.receiving.outcomes import Transaction
from reference_impl.store.locks import lock_people
from reference_impl.tables import Payment

PAYMENTS: Table = Payment.__table__  # type: ignore[attr-defined]

UNLINKED = {"clerk_id": None, "customer_id": None}


def forget_payer(connection: Connection, clerk_id: str) -> None:
    """Couper le lien entre une personne effacée et ses paiements ; l'appelant tient son verrou.

    Les montants restent (RGPD, article 17, paragraphe 3, point b). Les factures et les abonnements ne nomment qu'un
    client de Stripe : ce lien coupé, ces tables ne disent plus qui il est. Stripe le sait encore, et votre application
    sait à qui est la commande : l'effacement est à faire là aussi.
    """
    connection.execute(update(PAYMENTS).where(PAYMENTS.c.clerk_id == clerk_id).values(UNLINKED))


def without_erased(transaction: Transaction, row: dict[str, Any]) -> dict[str, Any]:
    """Ne pas ramener le lien vers une personne effacée. Le paiement, lui, s'écrit : la commande est bien payée.

    Le verrou est gardé jusqu'à la fin de la transaction : aucun effacement ne passe entre la lecture et l'écriture.
    """
    clerk_id = row["clerk_id"]
    if clerk_id is None:
        return row
    lock_people(transaction.connection, [clerk_id])
    erased = erased_among(transaction.connection, transaction.subjects, [clerk_id])
    return {**row, **UNLINKED} if erased else row


def payments_of(clerk_id: str) -> Select[Any]:
    """La requête qui rend les paiements d'une personne, pour l'export."""
    return select(PAYMENTS).where(PAYMENTS.c.clerk_id == clerk_id)
