"""Ce que les événements changent dans les tables, comme à l'exercice 3 ; chaque fonction rend l'issue."""

from collections.abc import Callable

from sqlalchemy import text
from sqlmodel import Session

from ex5_production.event import Event
from ex5_production.snapshot import read_snapshot
from kit.effects import add_effect
from kit.users import Change, delete_user, upsert_user

_COUNT_LOGIN = text(
    "UPDATE users SET login_count = login_count + 1"
    " WHERE clerk_id = :clerk_id AND deleted_at IS NULL RETURNING clerk_id"
)


def record_user(session: Session, event: Event, clerk_id: str, svix_id: str) -> str:
    """Écrire l'utilisateur, et l'effet `welcome_email` si sa ligne vient de naître."""
    change = upsert_user(session, read_snapshot(event, clerk_id))
    if change is Change.CREATED:
        add_effect(session, kind="welcome_email", clerk_id=clerk_id, svix_id=svix_id, payload={})
    return "stale" if change is Change.STALE else "processed"


def record_deletion(session: Session, event: Event, clerk_id: str, svix_id: str) -> str:
    """Poser la pierre tombale ; sans `updated_at`, la version d'une suppression est celle de l'enveloppe."""
    change = delete_user(session, clerk_id, event.timestamp)
    return "stale" if change is Change.STALE else "processed"


def record_login(session: Session, event: Event, clerk_id: str, svix_id: str) -> str:
    """Compter la connexion, avec son effet `login_notice` ; utilisateur inconnu ou supprimé : `ignored`."""
    if session.connection().execute(_COUNT_LOGIN, {"clerk_id": clerk_id}).first() is None:
        return "ignored"
    add_effect(session, kind="login_notice", clerk_id=clerk_id, svix_id=svix_id, payload={})
    return "processed"


HANDLERS: dict[str, Callable[[Session, Event, str, str], str]] = {
    "user.created": record_user,
    "user.updated": record_user,
    "user.deleted": record_deletion,
    "session.created": record_login,
}
"""À chaque type traité, sa fonction : `(session, événement, clerk_id, svix_id) -> issue`."""
