"""What a database holds of one user's logins and effects, and the words that say how many."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from grader.checks.database import Database
from grader.sender import User

PATIENCE_S = 0.6
"""What a row may take to appear once its delivery was answered: a server may work on after its answer."""
LOOK_EVERY_S = 0.005
MAX_SAID = 99
"""The largest count that a report shows: what stands in a student's table may be anything."""

LOGIN_NOTICE = "login_notice"
WELCOME = "welcome_email"


@dataclass(frozen=True)
class Tally:
    """One user's logins: `users.login_count` (0 without a row), and the effects `login_notice`."""

    logins: int
    notices: int


def tally(database: Database, user: User, wanted: int = 0) -> Tally:
    """Count both, once both have reached `wanted` or time is up."""
    return Tally(
        eventually(lambda: logins(database, user), wanted),
        eventually(lambda: effects(database, user, LOGIN_NOTICE), wanted),
    )


def eventually(observe: Callable[[], int], wanted: int) -> int:
    """Give the number as soon as it reaches `wanted`; after `PATIENCE_S`, whatever it is."""
    end = time.monotonic() + PATIENCE_S
    while (seen := observe()) < wanted and time.monotonic() < end:
        time.sleep(LOOK_EVERY_S)
    return seen


def logins(database: Database, user: User) -> int:
    """Read `login_count`: 0 without a row, -1 for what is no number."""
    row = database.one("SELECT login_count FROM users WHERE clerk_id = ?", user.id)
    count = row["login_count"] if row else 0
    return count if isinstance(count, int) else -1


def effects(database: Database, user: User, kind: str, svix_id: str | None = None) -> int:
    """Count a user's effects of one kind; those of one delivery if it is given."""
    where, parameters = "kind = ? AND clerk_id = ?", [kind, user.id]
    if svix_id is not None:
        where, parameters = f"{where} AND svix_id = ?", [*parameters, svix_id]
    return database.count("outbox", where, *parameters)


def logins_in_words(count: int) -> str:
    """Say how many logins were counted."""
    return _in_words(count, "aucune connexion comptée", "1 connexion comptée", "connexions comptées")


def effects_in_words(count: int, kind: str) -> str:
    """Say how many effects there are."""
    return _in_words(count, f"aucun effet {kind}", f"1 effet {kind}", f"effets {kind}")


def _in_words(count: int, none: str, one: str, several: str) -> str:
    if 0 <= count <= 1:
        return one if count else none
    return f"{count} {several}" if 0 < count <= MAX_SAID else "une autre valeur"
