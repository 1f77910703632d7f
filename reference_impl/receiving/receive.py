"""La réception d'une livraison vérifiée : une transaction, de la première écriture au COMMIT.

La réponse 2xx part après le COMMIT. L'inscription de la livraison et ses écritures sont validées ensemble : si le
serveur est tué, quel que soit l'instant, la base est comme avant la livraison ou comme après.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError

from reference_impl.catalogue import CATALOGUE
from reference_impl.catalogue.entries import NEVER_KEPT, Entry
from reference_impl.clock import Clock, now_ms
from reference_impl.edge.envelope import Event, kept_body, read_event
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.errors import UnusableEventError, WrongInstanceError
from reference_impl.privacy.register import Subjects, erased_among
from reference_impl.receiving.dead import bury_delivery
from reference_impl.receiving.outcomes import Outcome, Steps, Transaction
from reference_impl.receiving.people import people_in
from reference_impl.receiving.reactions import NONE, Reactions
from reference_impl.receiving.together import finish
from reference_impl.store import inbox
from reference_impl.store.locks import lock_people


@dataclass(frozen=True)
class Receipt:
    """Ce que l'on peut dire d'une livraison traitée, sans donnée personnelle. `timestamp` est en millisecondes."""

    outcome: Outcome
    type: str | None = None
    timestamp: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Receiver:
    """Ce qu'il faut pour recevoir : la base, les empreintes, l'horloge, l'instance de Clerk attendue."""

    engine: Engine
    subjects: Subjects
    instance_id: str | None = None
    keep_bodies: bool = True
    clock: Clock = now_ms
    reactions: Reactions = NONE

    def receive(self, delivery: VerifiedDelivery) -> Receipt:
        """Traiter la livraison et dire son issue.

        Lève `WrongInstanceError` (400), ou laisse passer l'erreur passagère de la base (503). Un événement
        inutilisable, ou que la base refusera toujours, devient une lettre morte : aucune nouvelle tentative n'y
        changerait rien.
        """
        event = None
        try:
            event = self.read(delivery)
            with self.engine.begin() as connection:
                outcome = finish(connection, self.steps(connection, event, delivery))
            return Receipt(outcome, event.type, event.timestamp)
        except UnusableEventError as error:
            reason = error.reason
        except (DataError, IntegrityError, OverflowError) as error:
            reason = type(error).__name__
        kind = event.type if event else None
        return Receipt(bury_delivery(self, delivery, kind, reason), kind, None, reason)

    def read(self, delivery: VerifiedDelivery) -> Event:
        """Lire l'événement, et refuser celui d'une autre instance ; sans `instance_id`, il est accepté.

        Sinon, une instance de développement mêlerait ses comptes d'essai à ceux de la production.
        """
        event = read_event(delivery)
        if self.instance_id and event.instance_id and event.instance_id != self.instance_id:
            raise WrongInstanceError("L'événement vient d'une autre instance de Clerk.")
        return event

    def steps(self, connection: Connection, event: Event, delivery: VerifiedDelivery) -> Steps:
        """Inscrire la livraison, écrire ce qu'elle change, et dire son issue ; l'appelant tient la transaction."""
        entry = CATALOGUE.get(event.type)
        subject = entry.subject(event.data) if entry else None
        cited = people_in(delivery.body) if entry else frozenset()
        people = cited | {subject} if subject else cited
        arrival = self._arrival(event, delivery, subject, known=entry is not None)
        if (yield inbox.claim(connection.dialect.name, arrival, people)) is None:
            return Outcome.DUPLICATE
        if len(people) > inbox.LOCKS:
            lock_people(connection, people)
        if entry is None:
            return Outcome.IGNORED
        asked = people if not entry.guarded else people - {subject}
        erased = frozenset(erased_among(connection, self.subjects, asked))
        outcome = yield from recorded(entry, self.transaction(connection, erased), event)
        self._settle(connection, arrival, outcome, people, erased)
        return outcome

    def transaction(
        self, connection: Connection, erased: frozenset[str] = frozenset(), *, again: bool = False
    ) -> Transaction:
        """Réunir ce que les écritures ont besoin de savoir, dans la transaction de l'appelant."""
        return Transaction(connection, self.subjects, self.clock(), erased, again, self.reactions)

    def _arrival(
        self, event: Event, delivery: VerifiedDelivery, subject: str | None, *, known: bool
    ) -> inbox.Arrival:
        """Préparer la ligne de la livraison. D'un type inconnu, ou d'un message à code, seul le type est noté."""
        keep = known and self.keep_bodies and event.type not in NEVER_KEPT
        return inbox.Arrival(
            svix_id=event.svix_id,
            type=event.type,
            outcome=Outcome.PROCESSED if known else Outcome.IGNORED,
            resource_id=event.resource_id if known else None,
            clerk_id=subject,
            received_at=self.clock(),
            secret_index=delivery.secret_index,
            body=kept_body(event) if keep else None,
        )

    def _settle(
        self,
        connection: Connection,
        arrival: inbox.Arrival,
        outcome: Outcome,
        people: frozenset[str],
        erased: frozenset[str],
    ) -> None:
        """Ne garder de la livraison que ce qui peut l'être, et noter les personnes que cite le corps, hors son sujet."""
        subject, stale = arrival.clerk_id, outcome is Outcome.STALE
        if stale:
            inbox.settle_stale(connection, arrival.svix_id)
        # Une livraison peut être dépassée parce que la personne est effacée : il n'en faut alors rien garder.
        if subject and (subject in erased or (stale and erased_among(connection, self.subjects, [subject]))):
            inbox.scrub(connection, arrival.svix_id)
        elif erased:
            inbox.scrub_body(connection, arrival.svix_id)
        elif not stale and arrival.body is not None:
            inbox.mention(connection, arrival.svix_id, people - {subject})


def recorded(entry: Entry, transaction: Transaction, event: Event) -> Steps:
    """Écrire ce que change l'événement, puis laisser réagir les scénarios, dans la même transaction."""
    outcome = yield from entry.record(transaction, event)
    yield from transaction.reactions.event_recorded(transaction, event, outcome)
    return outcome
