"""La facturation : abonnements, lignes d'abonnement, paiements. Chaque événement devient un instantané daté."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam

from reference_impl.catalogue.reading import Data, event_version, inside, person, text
from reference_impl.edge.envelope import Event
from reference_impl.receiving.outcomes import Outcome, Steps, Transaction, applied
from reference_impl.store.dialects import insert
from reference_impl.store.pipeline import Write
from reference_impl.tables import BillingSnapshot

SNAPSHOTS: Table = BillingSnapshot.__table__  # type: ignore[attr-defined]

_PAYER_IDENTITY = frozenset({"email", "first_name", "last_name", "image_url", "organization_name"})


def payer(data: Data) -> str | None:
    """Rendre l'identifiant de la personne qui paie, ou `None` si c'est une organisation."""
    return person(inside(data, "payer"))


def record_billing(transaction: Transaction, event: Event) -> Steps:
    """Ajouter l'instantané. La version est l'instant de l'événement, en millisecondes, et non `updated_at`.

    `upcoming` et `active` peuvent porter le même `updated_at`, et aucun des deux ne doit remplacer l'autre.
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
    return applied((yield Write(_add(transaction.dialect, tuple(row), transaction.again), row)))


@lru_cache(maxsize=4)
def _add(dialect: str, names: tuple[str, ...], again: bool) -> Any:
    statement = insert(dialect, SNAPSHOTS).values({name: bindparam(name) for name in names})
    if again:
        replaced = {name: statement.excluded[name] for name in names}
        statement = statement.on_conflict_do_update(index_elements=list(SNAPSHOTS.primary_key), set_=replaced)
    else:
        statement = statement.on_conflict_do_nothing()
    return statement.returning(SNAPSHOTS.c.resource_id)


def without_identity(value: Any) -> Any:
    """Copier l'objet sans le nom ni l'adresse du payeur, où qu'il y figure ; ses identifiants restent.

    Le nom et l'adresse sont dans `users`, à jour : les copier ici ferait une copie de plus à effacer.
    """
    if isinstance(value, list):
        return [without_identity(item) for item in value]
    if not isinstance(value, dict):
        return value
    copied = {name: without_identity(item) for name, item in value.items()}
    if isinstance(who := copied.get("payer"), dict):
        copied["payer"] = {name: item for name, item in who.items() if name not in _PAYER_IDENTITY}
    return copied
