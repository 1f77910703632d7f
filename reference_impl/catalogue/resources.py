"""Ce que les ressources ont en commun : un instantané versionné, et une suppression définitive."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from reference_impl.catalogue.reading import Data, deletion_time, snapshot_version
from reference_impl.edge.envelope import Event
from reference_impl.receiving.outcomes import Outcome, Steps, Transaction, applied
from reference_impl.store import inbox
from reference_impl.store.versioned import VERSION, bury, upsert

Reader = Callable[[Data], dict[str, Any]]


@dataclass(frozen=True)
class Resource:
    """Une sorte de ressource : sa table, et la lecture de ses colonnes dans `data`.

    `by_address` : la ressource désigne d'abord une personne par son adresse, et plus tard par son identifiant.
    """

    table: Table
    read: Reader
    by_address: bool = False

    def record(self, transaction: Transaction, event: Event) -> Steps:
        """Écrire l'instantané, sauf s'il parle d'une personne effacée ou s'il est dépassé."""
        (key,) = self.table.primary_key
        row = {key.name: event.resource_id, **self.read(event.data), VERSION: snapshot_version(event)}
        clerk_id = row.get("clerk_id")
        if clerk_id in transaction.erased:
            return (yield from self.forget(transaction, event))
        subject = transaction.subjects(clerk_id) if clerk_id else None
        write = upsert(transaction.dialect, self.table, row, subject=subject, again=transaction.again)
        return applied((yield write))

    def forget(self, transaction: Transaction, event: Event) -> Steps:
        """Ne rien écrire d'une personne effacée, et vider l'invitation qui ne la désignait que par son adresse.

        Une invitation ne donne l'identifiant de la personne qu'une fois acceptée : si l'effacement est venu avant, il
        n'a pas pu la trouver.
        """
        if self.by_address:
            yield bury(transaction.dialect, self.table, event.resource_id, transaction.now)
            inbox.scrub_resource(transaction.connection, event.resource_id)
        return Outcome.STALE

    def remove(self, transaction: Transaction, event: Event) -> Steps:
        """Poser la pierre tombale, datée par l'événement : supprimer ne change pas `data.updated_at`.

        De `data`, seul `id` sert : selon la source, une suppression porte la ressource entière ou presque rien.
        """
        write = bury(
            transaction.dialect, self.table, event.resource_id, deletion_time(event, transaction.now)
        )
        return applied((yield write))
