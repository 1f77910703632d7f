"""La boîte de réception, une fois l'exercice 3 résolu : une livraison n'y entre qu'une fois."""

from sqlalchemy import text
from sqlmodel import Session

from kit.clock import now_ms

_CLAIM = text(
    "INSERT INTO inbox (svix_id, type, outcome, received_at) VALUES (:svix_id, :type, :outcome, :received_at)"
    " ON CONFLICT (svix_id) DO NOTHING RETURNING svix_id"
)
_SETTLE = text("UPDATE inbox SET outcome = :outcome WHERE svix_id = :svix_id")


def claim(session: Session, svix_id: str, event_type: str | None) -> bool:
    """Inscrire la livraison, et dire si c'était la première fois.

    La ligne appartient à la même transaction que les effets : si elle est annulée, la livraison n'est pas marquée.
    """
    row = {"svix_id": svix_id, "type": event_type, "outcome": "processed", "received_at": now_ms()}
    return session.connection().execute(_CLAIM, row).first() is not None


def settle(session: Session, svix_id: str, outcome: str) -> None:
    """Noter l'issue d'une livraison déjà inscrite : `processed`, `stale`, `ignored`…"""
    session.connection().execute(_SETTLE, {"svix_id": svix_id, "outcome": outcome})
