"""La réception d'une livraison vérifiée : une transaction, de la première écriture au COMMIT.

La réponse 2xx part après le COMMIT. Rien n'est marqué sans être fait, rien n'est fait sans être marqué : tué à
n'importe quel instant, le serveur laisse la base comme avant la livraison, ou comme après.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError

from reference_impl.catalogue import CATALOGUE
from reference_impl.catalogue.entries import NEVER_KEPT
from reference_impl.clock import Clock, now_ms
from reference_impl.edge.envelope import Event, read_event
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.errors import UnusableEventError, WrongInstanceError
from reference_impl.privacy.register import Subjects, erased_among
from reference_impl.receiving.dead import bury_delivery
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.people import people_in
from reference_impl.store import inbox


@dataclass(frozen=True)
class Receipt:
    """Ce que l'on peut dire d'une livraison traitée, sans donnée personnelle. `timestamp` est en millisecondes."""

    outcome: Outcome
    type: str | None = None
    timestamp: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Receiver:
    """De quoi recevoir : la base, les empreintes, l'horloge, l'instance de Clerk dont les événements sont les nôtres."""

    engine: Engine
    subjects: Subjects
    instance_id: str | None = None
    keep_bodies: bool = True
    clock: Clock = now_ms

    def receive(self, delivery: VerifiedDelivery) -> Receipt:
        """Traiter la livraison et dire son issue.

        Lève `WrongInstanceError` (400), ou laisse passer l'erreur passagère de la base (503). Un événement
        inutilisable, ou que la base ne saura jamais écrire, devient une lettre morte : huit nouvelles tentatives n'y
        changeraient rien.
        """
        event = None
        try:
            event = read_event(delivery)
            self._refuse_other_instances(event)
            return Receipt(self._process(event, delivery), event.type, event.timestamp)
        except UnusableEventError as error:
            reason = error.reason
        except (DataError, IntegrityError, OverflowError) as error:
            reason = type(error).__name__
        kind = event.type if event else None
        return Receipt(bury_delivery(self, delivery, kind, reason), kind, None, reason)

    def _refuse_other_instances(self, event: Event) -> None:
        """Un endpoint de développement branché sur la production mêlerait deux mondes. Sans `instance_id`, on accepte."""
        if self.instance_id and event.instance_id and event.instance_id != self.instance_id:
            raise WrongInstanceError("L'événement vient d'une autre instance de Clerk.")

    def _process(self, event: Event, delivery: VerifiedDelivery) -> Outcome:
        entry = CATALOGUE.get(event.type)
        subject = entry.subject(event.data) if entry else None
        cited = people_in(delivery.body) if entry else frozenset()
        people = cited | {subject} if subject else cited
        with self.engine.begin() as connection:
            arrival = self._arrival(event, delivery, subject, known=entry is not None)
            if not inbox.claim(connection, arrival, people):
                return Outcome.DUPLICATE
            if entry is None:
                return Outcome.IGNORED
            asked = people if not entry.guarded else people - {subject}
            erased = frozenset(erased_among(connection, self.subjects, asked))
            self._note_mentions(connection, event, people - {subject}, erased, subject)
            outcome = entry.record(Transaction(connection, self.subjects, self.clock(), erased), event)
            if outcome is Outcome.STALE:
                self._settle_stale(connection, event, subject)
            return outcome

    def _arrival(
        self, event: Event, delivery: VerifiedDelivery, subject: str | None, *, known: bool
    ) -> inbox.Arrival:
        """Un type inconnu, ou un message à code, n'est noté que par son type."""
        keep = known and self.keep_bodies and event.type not in NEVER_KEPT
        return inbox.Arrival(
            svix_id=event.svix_id,
            type=event.type,
            outcome=Outcome.PROCESSED if known else Outcome.IGNORED,
            resource_id=event.resource_id if known else None,
            clerk_id=subject,
            received_at=self.clock(),
            secret_index=delivery.secret_index,
            body=delivery.body if keep else None,
        )

    def _note_mentions(
        self,
        connection: Connection,
        event: Event,
        others: frozenset[str],
        erased: frozenset[str],
        subject: str | None,
    ) -> None:
        """Noter qui d'autre le corps cite ; s'il cite une personne effacée, il ne peut pas être gardé."""
        inbox.mention(connection, event.svix_id, others - erased)
        if subject in erased:
            inbox.scrub(connection, event.svix_id)
        elif erased:
            inbox.scrub_body(connection, event.svix_id)

    def _settle_stale(self, connection: Connection, event: Event, subject: str | None) -> None:
        """Une nouvelle dépassée l'est parfois parce que la personne est effacée : la livraison n'en garde rien."""
        inbox.settle(connection, event.svix_id, Outcome.STALE)
        if subject and erased_among(connection, self.subjects, [subject]):
            inbox.scrub(connection, event.svix_id)
