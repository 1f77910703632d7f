"""Rejouer une livraison gardée : une lettre morte dont la cause est corrigée, ou une livraison déjà traitée."""

from sqlalchemy import Connection, select
from sqlalchemy.exc import DataError, IntegrityError

from reference_impl.catalogue import CATALOGUE
from reference_impl.edge.envelope import read_event
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.errors import ReceiverError, UnusableEventError
from reference_impl.privacy.register import erased_among
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.people import people_in
from reference_impl.receiving.receive import Receiver, recorded
from reference_impl.receiving.together import finish
from reference_impl.store import dead_letters, inbox
from reference_impl.store.dead_letters import DEAD_LETTERS
from reference_impl.store.inbox import INBOX
from reference_impl.store.locks import lock_people


class NothingToReplayError(ReceiverError):
    """La livraison est inconnue, ou son corps n'est plus gardé."""


class StillUnusableError(ReceiverError):
    """La cause n'est pas corrigée ; la lettre morte reste en place."""


def reprocess(receiver: Receiver, svix_id: str) -> Outcome:
    """Rejouer la livraison dans une transaction et dire sa nouvelle issue.

    La livraison est déjà inscrite dans la boîte de réception : on ne l'y inscrit pas de nouveau. La garde de version
    demeure, mais accepte aussi la même version. Lève `NothingToReplayError` ou `StillUnusableError` : rien n'a alors
    changé, et la lettre morte reste en place.
    """
    try:
        return _replay(receiver, svix_id)
    except (UnusableEventError, DataError, IntegrityError, OverflowError) as error:
        reason = error.reason if isinstance(error, UnusableEventError) else type(error).__name__
        raise StillUnusableError(f"{svix_id} ne peut toujours pas être traitée ({reason}).") from None


def _replay(receiver: Receiver, svix_id: str) -> Outcome:
    with receiver.engine.begin() as connection:
        delivery = _kept(connection, svix_id)
        event = read_event(delivery)
        entry = CATALOGUE.get(event.type)
        if entry is None:
            raise NothingToReplayError(f"Le type de {svix_id} n'est pas au catalogue : rien n'est à écrire.")
        subject = entry.subject(event.data)
        people = people_in(delivery.body) | ({subject} if subject else set())
        lock_people(connection, people)
        erased = frozenset(erased_among(connection, receiver.subjects, people))
        transaction = receiver.transaction(connection, erased, again=True)
        outcome = finish(connection, recorded(entry, transaction, event))
        inbox.settle(connection, svix_id, outcome)
        if erased:
            inbox.scrub_body(connection, svix_id)
        dead_letters.forget(connection, svix_id)
        return outcome


def _kept(connection: Connection, svix_id: str) -> VerifiedDelivery:
    """Retrouver le corps. La livraison a été vérifiée à son arrivée : elle est tenue pour vérifiée."""
    for table in (DEAD_LETTERS, INBOX):
        body = connection.execute(select(table.c.body).where(table.c.svix_id == svix_id)).scalar()
        if body is not None:
            return VerifiedDelivery(svix_id, body, secret_index=0)
    if connection.execute(select(INBOX.c.svix_id).where(INBOX.c.svix_id == svix_id)).first():
        # « Replay » ne servirait à rien : renvoyée par Svix, elle serait un doublon.
        raise NothingToReplayError(
            f"Le corps de {svix_id} n'est plus gardé. « reconcile » relira l'état des comptes chez Clerk."
        )
    raise NothingToReplayError(
        f"{svix_id} est inconnue ici. Dans le tableau de bord de Clerk, Webhooks, Message Attempts, « Replay » renvoie la"
        " livraison."
    )
