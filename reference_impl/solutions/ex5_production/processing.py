"""D'une livraison vérifiée à une issue : une transaction par livraison, quelle que soit l'issue."""

from sqlalchemy import Engine, text
from sqlmodel import Session

from ex5_production.envelope import UnusableError, open_envelope, read_event, text_or_none
from ex5_production.event import Event
from ex5_production.handlers import HANDLERS
from ex5_production.journal import Report
from ex5_production.settings import Settings
from kit.clock import now_ms
from kit.deliveries import VerifiedDelivery
from kit.inbox import claim, settle

_BURY = text(
    "INSERT INTO dead_letters (svix_id, type, reason, received_at)"
    " VALUES (:svix_id, :type, :reason, :received_at)"
)


def handle(engine: Engine, delivery: VerifiedDelivery, settings: Settings) -> Report:
    """Lire la livraison et la traiter ; rendre ce qu'elle est devenue.

    Une panne (base verrouillée, disque plein) n'est pas attrapée : elle devient un 500, et Svix recommencera.
    """
    # BEGIN SOLUTION: ouvrez, écartez l'instance étrangère, traitez ou enterrez
    try:
        envelope = open_envelope(delivery.body)
        # Avant toute écriture : d'un événement d'une autre instance, aucune ligne ne doit rester.
        if settings.is_foreign(envelope.get("instance_id")):
            return Report(delivery.svix_id, "rejected", text_or_none(envelope.get("type")))
        event = read_event(envelope, now_ms())
    except UnusableError as problem:
        return Report(delivery.svix_id, bury(engine, delivery.svix_id, problem), problem.event_type)
    return Report(delivery.svix_id, process(engine, delivery.svix_id, event), event.type, event.clerk_id)
    # END SOLUTION


def process(engine: Engine, svix_id: str, event: Event) -> str:
    """Appliquer l'événement une fois et une seule. Rend `processed`, `stale`, `ignored` ou `duplicate`."""
    # BEGIN SOLUTION: inscrivez la livraison, appliquez l'événement, notez l'issue
    with Session(engine) as session, session.begin():
        if not claim(session, svix_id, event.type):
            return "duplicate"
        outcome = "ignored"
        # Un type inconnu est inscrit puis reçoit 2xx : refusé, il reviendrait sept fois, toujours inconnu.
        if event.clerk_id is not None:
            outcome = HANDLERS[event.type](session, event, event.clerk_id, svix_id)
        settle(session, svix_id, outcome)
        return outcome
    # END SOLUTION


def bury(engine: Engine, svix_id: str, problem: UnusableError) -> str:
    """Inscrire une livraison inutilisable parmi les lettres mortes. Rend `dead`, ou `duplicate`."""
    # BEGIN SOLUTION: inscrivez la livraison, puis la lettre morte, notez l'issue
    with Session(engine) as session, session.begin():
        # La même inscription que pour un événement sain : la lettre morte non plus ne s'écrit pas deux fois.
        if not claim(session, svix_id, problem.event_type):
            return "duplicate"
        row = {"svix_id": svix_id, "type": problem.event_type, "reason": problem.reason}
        session.connection().execute(_BURY, row | {"received_at": now_ms()})
        settle(session, svix_id, "dead")
        return "dead"
    # END SOLUTION
