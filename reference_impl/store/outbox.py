"""Les effets dus, inscrits par la transaction qui les cause ; `effects.dispatch` les exécute ensuite."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam

from reference_impl.store.dialects import insert
from reference_impl.tables import OutboxRow

OUTBOX: Table = OutboxRow.__table__  # type: ignore[attr-defined]


def add_effect(
    connection: Connection,
    *,
    key: str,
    kind: str,
    now: int,
    clerk_id: str | None = None,
    payload: dict[str, Any] | None = None,
) -> None:
    """Inscrire un effet, une fois : `key` le nomme, et la base en refuse un second du même nom.

    Le nom de la personne et son adresse n'y sont pas : l'expéditeur les lira au moment d'envoyer, à jour.
    """
    row = {"key": key, "kind": kind, "clerk_id": clerk_id, "payload": payload}
    connection.execute(_add(connection.dialect.name), {**row, "created_at": now, "next_attempt_at": now})


@lru_cache(maxsize=2)
def _add(dialect: str) -> Any:
    names = ("key", "kind", "clerk_id", "payload", "created_at", "next_attempt_at")
    statement = insert(dialect, OUTBOX).values({name: bindparam(name) for name in names} | {"attempts": 0})
    return statement.on_conflict_do_nothing(index_elements=[OUTBOX.c.key])
