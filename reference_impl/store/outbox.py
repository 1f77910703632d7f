"""Les effets dus, inscrits par la transaction qui les cause ; `effects.dispatch` les exécute ensuite."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam

from reference_impl.store.dialects import insert
from reference_impl.store.pipeline import Write
from reference_impl.tables import Destination, OutboxRow

OUTBOX: Table = OutboxRow.__table__  # type: ignore[attr-defined]
DESTINATIONS: Table = Destination.__table__  # type: ignore[attr-defined]


def effect(
    dialect: str,
    *,
    key: str,
    kind: str,
    destination: str,
    now: int,
    clerk_id: str | None = None,
    payload: dict[str, Any] | None = None,
    delay_ms: int = 0,
) -> Write:
    """Préparer l'inscription d'un effet. Une seconde inscription sous la même clé `key` est sans effet.

    Le nom de la personne et son adresse n'y sont pas : ils seront lus, à jour, au moment de l'envoi. `delay_ms` remet
    l'effet à plus tard : `created_at` est l'instant où il est dû.
    """
    row = {"key": key, "kind": kind, "destination": destination, "clerk_id": clerk_id, "payload": payload}
    return Write(
        _add(dialect), {**row, "created_at": now + delay_ms, "next_attempt_at": now + delay_ms, "attempts": 0}
    )


@lru_cache(maxsize=2)
def _add(dialect: str) -> Any:
    names = (
        "key",
        "kind",
        "destination",
        "clerk_id",
        "payload",
        "created_at",
        "next_attempt_at",
        "attempts",
    )
    statement = insert(dialect, OUTBOX).values({name: bindparam(name) for name in names})
    return statement.on_conflict_do_nothing(index_elements=[OUTBOX.c.key]).returning(OUTBOX.c.key)
