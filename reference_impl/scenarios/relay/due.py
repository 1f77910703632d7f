"""Ce qui est dû à chaque application abonnée, inscrit dans la transaction du changement.

L'effet ne dit que ce qui a changé, et jamais en quoi : aucune donnée de la personne n'attend dans la file.
"""

from dataclasses import dataclass
from typing import Any

from reference_impl import rules
from reference_impl.catalogue.reading import snapshot_version
from reference_impl.edge.envelope import Event
from reference_impl.feature_settings import Subscriber
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.reactions import News, PersonChange, Reactions, Writes
from reference_impl.store.outbox import effect

RELAYED = frozenset(
    f"{resource}.{verb}"
    for resource in ("organization", "organizationMembership")
    for verb in ("created", "updated", "deleted")
)
"""Les événements de Clerk qui sont réémis. Ceux d'une personne ne le sont pas : c'est son écriture qui compte."""


def relay_reactions(subscribers: tuple[Subscriber, ...]) -> Reactions:
    """Réunir ce qui inscrit les messages dus à ces applications."""
    relay = Relay(subscribers)
    return Reactions(people=(relay.person,), events=(relay.event,), news=(relay.news,))


def destination(subscriber: Subscriber) -> str:
    """Nommer la file d'une application, qui est aussi le destinataire des communications (RGPD, article 19)."""
    return f"app:{subscriber.name}"


@dataclass(frozen=True)
class Relay:
    """L'inscription des messages dus aux applications abonnées, un effet par application."""

    subscribers: tuple[Subscriber, ...]

    def person(self, transaction: Transaction, change: PersonChange) -> Writes:
        """Annoncer l'écriture d'une personne, quel que soit le chemin : un webhook, une connexion, une réconciliation.

        Son effacement n'est pas annoncé ici, mais par l'avis de l'article 19, à qui a reçu des données d'elle.
        """
        kind = "user.created" if change.created else "user.updated"
        key = f"{kind}/{transaction.subjects(change.clerk_id)}/{change.mark}"
        yield from self._owe(transaction, kind, key, {}, change.clerk_id)

    def event(self, transaction: Transaction, event: Event, outcome: Outcome) -> Writes:
        """Annoncer ce qu'un événement a changé d'une organisation ou d'une appartenance ; rien s'il est dépassé.

        L'effet d'une appartenance n'est pas rattaché à la personne : elle peut n'être pas encore connue, et il attendrait
        qu'elle le soit. Sa clé est une empreinte, car elle reste après un effacement.
        """
        if outcome is not Outcome.PROCESSED or event.type not in RELAYED:
            return
        # Une suppression n'a pas de version : elle est annoncée une fois, quel que soit l'événement qui la date.
        version = "" if event.type.endswith(".deleted") else f"/{snapshot_version(event)}"
        key = f"{event.type}/{transaction.subjects(event.resource_id)}{version}"
        yield from self._owe(transaction, event.type, key, {"id": event.resource_id})

    def news(self, transaction: Transaction, news: News) -> Writes:
        """Annoncer une nouvelle : un paiement, un colis."""
        yield from self._owe(transaction, news.type, news.key, {"data": news.payload})

    def _owe(
        self,
        transaction: Transaction,
        kind: str,
        key: str,
        payload: dict[str, Any],
        clerk_id: str | None = None,
    ) -> Writes:
        """Devoir le message aux applications que ce type intéresse ; la clé interdit de le devoir deux fois."""
        for subscriber in self.subscribers:
            if rules.matches(subscriber.types, kind):
                yield effect(
                    transaction.dialect,
                    key=f"relay/{subscriber.name}/{key}",
                    kind=kind,
                    destination=destination(subscriber),
                    clerk_id=clerk_id,
                    payload={**payload, "at": transaction.now},
                    now=transaction.now,
                )
