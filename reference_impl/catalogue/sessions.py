"""`session.*` : créée, en attente, finie, retirée, révoquée."""

from reference_impl.catalogue.reading import event_version, person, text, when
from reference_impl.edge.envelope import Event
from reference_impl.errors import UnusableEventError
from reference_impl.receiving.outcomes import Steps, Transaction, applied
from reference_impl.store.versioned import upsert
from reference_impl.tables import Session

ENDINGS = {"session.ended": "ended", "session.removed": "removed", "session.revoked": "revoked"}


def record_session(transaction: Transaction, event: Event) -> Steps:
    """Écrire l'état d'une session.

    La version est l'instant de l'événement : rien ne dit que la fin d'une session change son `updated_at`. L'état
    est celui que le type annonce, et à défaut celui que porte la session.
    """
    clerk_id = person(event.data)
    if clerk_id is None:
        raise UnusableEventError("no_user")
    row = {
        "session_id": event.resource_id,
        "clerk_id": clerk_id,
        "status": ENDINGS.get(event.type) or text(event.data, "status") or "active",
        "created_at": when(event.data, "created_at"),
        "last_active_at": when(event.data, "last_active_at"),
        "expire_at": when(event.data, "expire_at"),
        "clerk_updated_at": event_version(event),
    }
    subject = transaction.subjects(clerk_id)
    return applied((yield upsert(transaction.dialect, _TABLE, row, subject=subject, again=transaction.again)))


_TABLE = Session.__table__  # type: ignore[attr-defined]
