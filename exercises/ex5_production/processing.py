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
    raise NotImplementedError("TODO : ouvrez, écartez l'instance étrangère, traitez ou enterrez")


def process(engine: Engine, svix_id: str, event: Event) -> str:
    """Appliquer l'événement une fois et une seule. Rend `processed`, `stale`, `ignored` ou `duplicate`."""
    raise NotImplementedError("TODO : inscrivez la livraison, appliquez l'événement, notez l'issue")


def bury(engine: Engine, svix_id: str, problem: UnusableError) -> str:
    """Inscrire une livraison inutilisable parmi les lettres mortes. Rend `dead`, ou `duplicate`."""
    raise NotImplementedError("TODO : inscrivez la livraison, puis la lettre morte, notez l'issue")
