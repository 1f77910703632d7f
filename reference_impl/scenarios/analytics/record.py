"""Noter les semaines où une personne est active, d'après les instants que disent les événements.

L'heure de la réception n'y est pour rien, et noter deux fois la même semaine est sans effet : les mêmes événements, dans
n'importe quel ordre, laissent les mêmes lignes. Un événement dépassé compte : ce qu'il dit du passé reste vrai.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from reference_impl.catalogue.reading import person, when
from reference_impl.edge.envelope import Event
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.reactions import PersonChange, Writes
from reference_impl.scenarios.analytics.rows import ACTIVITY
from reference_impl.scenarios.analytics.weeks import monday
from reference_impl.store.dialects import insert
from reference_impl.store.pipeline import Write
from reference_impl.store.users import USERS
from reference_impl.store.versioned import insert_unless_erased


def record_person(transaction: Transaction, change: PersonChange) -> Writes:
    """Noter ce que dit la ligne qui vient d'être écrite : webhook, connexion ou réconciliation.

    L'inscription n'est pas notée : elle se lit dans `users`, même pour un compte plus ancien que ces statistiques.
    """
    yield Write(_from_row(transaction.dialect), {"person": change.clerk_id})


def record_login(transaction: Transaction, clerk_id: str, at: int) -> Writes:
    """Noter la semaine d'une connexion ; `at`, en millisecondes, est l'instant du jeton, ou à défaut maintenant."""
    yield _noted(transaction, clerk_id, at)


def record_session(transaction: Transaction, event: Event, outcome: Outcome) -> Writes:
    """Noter les semaines que dit une session, ou l'instantané dépassé d'une personne, que `record_person` ne voit pas.

    L'ordre SQL n'écrit rien d'une personne effacée.
    """
    clerk_id, instants = active_at(event, outcome)
    if clerk_id:
        for week in sorted({monday(instant) for instant in instants if instant is not None}):
            yield _noted(transaction, clerk_id, week)


def _noted(transaction: Transaction, clerk_id: str, at: int) -> Write:
    values = {"clerk_id": clerk_id, "week": monday(at), "subject": transaction.subjects(clerk_id)}
    return Write(_from_event(transaction.dialect), values)


def active_at(event: Event, outcome: Outcome) -> tuple[str | None, list[int | None]]:
    """Dire qui est actif, et à quels instants, en millisecondes.

    Une session empruntée, où `actor` nomme l'administrateur qui agit à sa place, ne dit rien de la personne. L'instant de
    l'événement non plus : celui de `session.revoked` dit quand l'application a mis fin à la session.
    """
    data = event.data
    if event.type.startswith("session.") and data.get("actor") is None:
        return person(data), [when(data, "created_at"), when(data, "last_active_at")]
    if event.type in {"user.created", "user.updated"} and outcome is Outcome.STALE:
        return person(data, "id"), [when(data, "last_sign_in_at")]
    return None, []


@lru_cache(maxsize=2)
def _from_event(dialect: str) -> Any:
    statement = insert_unless_erased(dialect, ACTIVITY, ("clerk_id", "week"))
    return statement.on_conflict_do_nothing().returning(ACTIVITY.c.week)


@lru_cache(maxsize=2)
def _from_row(dialect: str) -> Any:
    """Préparer l'ordre qui lit la ligne elle-même : une personne effacée n'en a pas."""
    mine = (USERS.c.clerk_id == bindparam("person")) & USERS.c.last_sign_in_at.is_not(None)
    week = select(USERS.c.clerk_id, monday(USERS.c.last_sign_in_at).label("week")).where(mine)
    statement = insert(dialect, ACTIVITY).from_select(["clerk_id", "week"], week)
    return statement.on_conflict_do_nothing().returning(ACTIVITY.c.week)
