"""Les lettres mortes : des livraisons authentiques et inutilisables, gardées pour être rejouées après correction."""

from typing import Any

from sqlalchemy import Connection, Table, delete, select

from reference_impl.store.dialects import insert
from reference_impl.tables import DeadLetter

DEAD_LETTERS: Table = DeadLetter.__table__  # type: ignore[attr-defined]


def keep(connection: Connection, row: dict[str, Any]) -> None:
    """Garder une lettre morte, une seule fois par livraison."""
    connection.execute(insert(connection.dialect.name, DEAD_LETTERS).values(row).on_conflict_do_nothing())


def listed(connection: Connection, limit: int = 100) -> list[dict[str, Any]]:
    """Lister les plus anciennes, sans leur corps : il peut nommer des personnes."""
    columns = [column for column in DEAD_LETTERS.c if column.name != "body"]
    rows = connection.execute(select(*columns).order_by(DEAD_LETTERS.c.received_at).limit(limit))
    return [dict(row) for row in rows.mappings()]


def forget(connection: Connection, svix_id: str) -> None:
    """Retirer une lettre morte, une fois rejouée."""
    connection.execute(delete(DEAD_LETTERS).where(DEAD_LETTERS.c.svix_id == svix_id))
