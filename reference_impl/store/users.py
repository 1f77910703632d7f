"""L'écriture d'une personne, par ses deux chemins : l'instantané d'un webhook, les claims d'une connexion.

Chacun a sa version. Les colonnes que les deux connaissent viennent du plus récent des deux ; les autres, du webhook le
plus récent. La ligne finale dépend donc de ce qui est arrivé, et non de l'ordre d'arrivée.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, case

from reference_impl.store.pipeline import Write
from reference_impl.store.versioned import VERSION, insert_unless_erased
from reference_impl.tables import User

USERS: Table = User.__table__  # type: ignore[attr-defined]

SHARED = ("email", "first_name", "last_name")
"""Les colonnes que connaît aussi un jeton de session."""

FLAGS = ("banned", "locked", "deprovisioned")
"""Les colonnes qu'un jeton ne connaît pas et qui ne peuvent être `NULL` : fausses à la création de la ligne."""


@dataclass(frozen=True)
class Written:
    """Ce qu'a fait l'écriture d'une personne : `applied`, la ligne est écrite ; `created`, elle vient d'être créée."""

    applied: bool
    created: bool


def written(returned: Any, now: int) -> Written:
    """Lire RETURNING : la ligne garde l'instant de sa création ; si c'est `now`, elle vient d'être créée."""
    return Written(applied=returned is not None, created=returned is not None and returned[0] == now)


def snapshot_write(
    dialect: str, row: dict[str, Any], *, subject: str, now: int, again: bool = False
) -> Write:
    """Préparer l'instantané complet d'un webhook ; `row` porte `clerk_id`, `clerk_updated_at` et le reste."""
    values = {**row, "claims_issued_at": 0, "first_seen_at": now, "subject": subject}
    return Write(_snapshot(dialect, tuple(row), again), values)


@lru_cache(maxsize=16)
def _snapshot(dialect: str, names: tuple[str, ...], again: bool) -> Any:
    statement = insert_unless_erased(dialect, USERS, (*names, "claims_issued_at", "first_seen_at"))
    new = statement.excluded
    login_is_newer = USERS.c.claims_issued_at > new[VERSION]
    rich = {name: new[name] for name in names if name not in {"clerk_id", *SHARED}}
    shared = {name: case((login_is_newer, USERS.c[name]), else_=new[name]) for name in SHARED}
    claims = case((login_is_newer, USERS.c.claims_issued_at), else_=0)
    newer = USERS.c[VERSION] <= new[VERSION] if again else USERS.c[VERSION] < new[VERSION]
    return statement.on_conflict_do_update(
        index_elements=[USERS.c.clerk_id], set_={**rich, **shared, "claims_issued_at": claims}, where=newer
    ).returning(USERS.c.first_seen_at)


def claims_write(dialect: str, row: dict[str, Any], *, subject: str, now: int) -> Write:
    """Préparer ce qu'affirme un jeton ; `row` porte `clerk_id`, `claims_issued_at` et les trois colonnes communes.

    Les colonnes que seul un webhook connaît ne changent pas, ni leur version : un webhook plus ancien que le jeton, s'il
    arrive ensuite, les remplira.
    """
    values = {**row, **dict.fromkeys(FLAGS, False), VERSION: 0, "first_seen_at": now, "subject": subject}
    return Write(_claims(dialect), values)


@lru_cache(maxsize=2)
def _claims(dialect: str) -> Any:
    names = ("clerk_id", *SHARED, "claims_issued_at")
    statement = insert_unless_erased(dialect, USERS, (*names, VERSION, "first_seen_at", *FLAGS))
    new = statement.excluded
    newer = (USERS.c.claims_issued_at < new.claims_issued_at) & (USERS.c[VERSION] < new.claims_issued_at)
    return statement.on_conflict_do_update(
        index_elements=[USERS.c.clerk_id], set_={name: new[name] for name in names[1:]}, where=newer
    ).returning(USERS.c.first_seen_at)
