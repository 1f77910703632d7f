"""Ce que les ressources ont en commun : un instantané versionné, une suppression qui gagne pour toujours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from reference_impl.catalogue.reading import Data, deletion_time, snapshot_version
from reference_impl.edge.envelope import Event
from reference_impl.receiving.outcomes import Outcome, Steps, Transaction, applied
from reference_impl.store.versioned import VERSION, bury, upsert

Reader = Callable[[Data], dict[str, Any]]


@dataclass(frozen=True)
class Resource:
    """Une sorte de ressource : sa table, et la lecture de ses colonnes dans `data`."""

    table: Table
    read: Reader

    def record(self, transaction: Transaction, event: Event) -> Steps:
        """Écrire l'instantané, sauf s'il parle d'une personne effacée ou s'il est dépassé."""
        (key,) = self.table.primary_key
        row = {key.name: event.resource_id, **self.read(event.data), VERSION: snapshot_version(event)}
        clerk_id = row.get("clerk_id")
        if clerk_id in transaction.erased:
            return Outcome.STALE
        subject = transaction.subjects(clerk_id) if clerk_id else None
        write = upsert(transaction.dialect, self.table, row, subject=subject, again=transaction.again)
        return applied((yield write))

    def remove(self, transaction: Transaction, event: Event) -> Steps:
        """Poser la pierre tombale, datée par l'événement : supprimer ne change pas `data.updated_at`.

        De `data`, seul `id` sert : selon la source, une suppression porte la ressource entière ou presque rien.
        """
        write = bury(
            transaction.dialect, self.table, event.resource_id, deletion_time(event, transaction.now)
        )
        return applied((yield write))
