"""L'INSERT … ON CONFLICT, que SQLite et PostgreSQL écrivent de même, et que SQLAlchemy propose dialecte par dialecte."""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert


def is_postgresql(connection: Connection) -> bool:
    """Dire si la base est PostgreSQL ; sinon, c'est SQLite."""
    return connection.dialect.name == "postgresql"


def insert(dialect: str, table: Any) -> Any:
    """Commencer un INSERT qui connaît ON CONFLICT, pour le dialecte nommé."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
