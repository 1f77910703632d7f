"""La facturation : abonnements, lignes d'abonnement, paiements. Chaque événement devient un instantané daté."""

from typing import Any

from sqlalchemy import Table

from reference_impl.catalogue.reading import Data, event_version, inside, person, text
from reference_impl.edge.envelope import Event
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.store.dialects import insert
from reference_impl.tables import BillingSnapshot

SNAPSHOTS: Table = BillingSnapshot.__table__  # type: ignore[attr-defined]

_PAYER_IDENTITY = frozenset({"email", "first_name", "last_name", "image_url", "organization_name"})


def payer(data: Data) -> str | None:
    """L'identifiant de la personne qui paie, s'il ne s'agit pas d'une organisation."""
    return person(inside(data, "payer"))


def record_billing(transaction: Transaction, event: Event) -> Outcome:
    """Ajouter l'instantané. Aucun n'en remplace un autre : `upcoming` et `active` peuvent porter le même `updated_at`.

    La version est donc l'instant de l'événement, en millisecondes.
    """
    clerk_id = payer(event.data)
    if clerk_id in transaction.erased:
        return Outcome.STALE
    row = {
        "resource_id": event.resource_id,
        "version": event_version(event),
        "type": event.type,
        "status": text(event.data, "status"),
        "clerk_id": clerk_id,
        "organization_id": text(inside(event.data, "payer"), "organization_id"),
        "snapshot": without_identity(event.data),
        "received_at": transaction.now,
    }
    statement = insert(transaction.connection.dialect.name, SNAPSHOTS).values(row)
    if transaction.again:
        statement = statement.on_conflict_do_update(index_elements=list(SNAPSHOTS.primary_key), set_=row)
    else:
        statement = statement.on_conflict_do_nothing()
    added = transaction.connection.execute(statement.returning(SNAPSHOTS.c.resource_id)).first()
    return Outcome.STALE if added is None else Outcome.PROCESSED


def without_identity(data: Data) -> dict[str, Any]:
    """Copier l'objet, en ne laissant du payeur que ses identifiants : une copie de moins à effacer."""
    kept = {name: value for name, value in inside(data, "payer").items() if name not in _PAYER_IDENTITY}
    return {**data, "payer": kept} if "payer" in data else dict(data)
