"""Le traitement d'une livraison : inscription, événement, effets dus. C'est ici que vous écrivez."""

from sqlalchemy import Engine, text
from sqlmodel import Session

from kit.clock import now_ms
from kit.deliveries import VerifiedDelivery
from kit.events import Event, parse
from kit.users import Change, delete_user, read_user, upsert_user


def process(engine: Engine, delivery: VerifiedDelivery) -> str:
    """Traiter une livraison vérifiée, et rendre son issue : `processed`, `stale`, `ignored` ou `duplicate`.

    Tout s'écrit, ou rien : l'inscription, la ligne de l'utilisateur et les effets. Une panne de la base
    se propage, pour que la réponse soit 5xx et que Svix envoie la livraison de nouveau.
    """
    raise NotImplementedError("TODO : ouvrez la transaction, inscrivez la livraison, appliquez l'événement")


def claim(session: Session, svix_id: str, event_type: str) -> bool:
    """Inscrire la livraison dans `inbox`, et dire si c'était la première fois."""
    raise NotImplementedError("TODO : inscrivez la livraison en un seul ordre, qui dit s'il a écrit")


# TODO : l'issue se note à part, une fois connue


def add_effect(session: Session, kind: str, clerk_id: str, svix_id: str) -> None:
    """Inscrire dans `outbox` un effet de la sorte `kind`, causé par la livraison `svix_id`."""
    raise NotImplementedError("TODO : écrivez la ligne, dans la transaction qui cause l'effet")


def apply(session: Session, event: Event, svix_id: str) -> str:
    """Appliquer l'événement avec ses effets, et rendre l'issue : `processed`, `stale` ou `ignored`."""
    raise NotImplementedError("TODO : distinguez les types, écrivez l'utilisateur, inscrivez les effets dus")


# TODO : une connexion se compte à part
