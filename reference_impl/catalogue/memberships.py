"""`organizationMembership.*` : une ressource ordinaire, dont les scénarios apprennent aussi le rôle d'avant."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, select

from reference_impl.catalogue.organizations import membership_row
from reference_impl.catalogue.reading import snapshot_version
from reference_impl.catalogue.resources import Resource
from reference_impl.edge.envelope import Event
from reference_impl.receiving.outcomes import Outcome, Steps, Transaction
from reference_impl.receiving.reactions import RoleChange
from reference_impl.store.pipeline import Write
from reference_impl.tables import Membership

MEMBERSHIPS: Table = Membership.__table__  # type: ignore[attr-defined]

RESOURCE = Resource(MEMBERSHIPS, membership_row)

RECENT_MS = 7 * 86_400_000
"""En millisecondes : une appartenance plus ancienne, découverte aujourd'hui, n'a rien de nouveau pour la personne."""


def record_membership(transaction: Transaction, event: Event) -> Steps:
    """Écrire l'appartenance, et dire aux scénarios le rôle d'avant et celui d'après.

    Le lire d'abord est sûr : la transaction tient le verrou de la personne depuis l'inscription de la livraison.
    """
    before = yield Write(_role(), {"id": event.resource_id})
    outcome = yield from RESOURCE.record(transaction, event)
    if outcome is Outcome.PROCESSED and (change := role_change(transaction, event, before)):
        yield from transaction.reactions.role_written(transaction, change)
    return outcome


def role_change(transaction: Transaction, event: Event, before: Any) -> RoleChange | None:
    """Comparer les rôles ; rendre `None` si l'événement ne dit pas de qui, ou de quelle organisation, il parle."""
    row = membership_row(event.data)
    if not row["clerk_id"] or not row["organization_id"]:
        return None
    born = row["clerk_created_at"]
    return RoleChange(
        clerk_id=row["clerk_id"],
        organization_id=row["organization_id"],
        role=row["role"],
        before=before[0] if before else None,
        known=before is not None,
        recent=born is not None and transaction.now - born <= RECENT_MS,
        version=snapshot_version(event),
    )


@lru_cache(maxsize=1)
def _role() -> Any:
    return select(MEMBERSHIPS.c.role).where(MEMBERSHIPS.c.membership_id == bindparam("id"))
