"""Le même ordre SQL pour plusieurs lignes, en un seul aller-retour.

PostgreSQL reçoit tout d'un coup et répond de même (mode « pipeline » du protocole) : ce qui coûte, c'est d'attendre
chaque réponse avant l'ordre suivant. SQLite, lui, est dans le processus : les ordres y sont exécutés un à un.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.types.json import Json
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

from reference_impl.store.dialects import is_postgresql

_DIALECT: Any = PGDialect_psycopg()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Write:
    """Un ordre SQL préparé, et les valeurs d'une ligne. Les écritures du même ordre peuvent partir ensemble."""

    statement: Any
    values: dict[str, Any]


def perform(connection: Connection, write: Write) -> Any:
    """Exécuter une écriture ; rendre la première ligne de son RETURNING, ou `None`."""
    return execute_each(connection, write.statement, [write.values])[0]


def perform_all(connection: Connection, writes: Iterable[Write]) -> None:
    """Exécuter des écritures dont personne n'attend la réponse."""
    for write in writes:
        perform(connection, write)


def execute_each(connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> list[Any]:
    """Exécuter l'ordre SQL pour chaque ligne ; rendre, pour chacune, la première ligne de son RETURNING, ou `None`."""
    if not is_postgresql(connection):
        return [connection.execute(statement, row).first() for row in rows]
    query, defaults = _compiled(statement)
    values = [{**defaults, **{name: _adapted(value) for name, value in row.items()}} for row in rows]
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        try:
            for listener in connection.dispatch.before_cursor_execute:
                listener(connection, cursor, query, values, None, len(values) > 1)
            if len(values) == 1:
                return [cursor.execute(query, values[0]).fetchone()]
            cursor.executemany(query, values, returning=True)
            return list(_first_rows(cursor))
        except psycopg.Error as error:
            if driver.closed:
                connection.invalidate(error)
            raise DBAPIError.instance(
                query, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
            ) from error


@lru_cache(maxsize=256)
def _compiled(statement: Any) -> tuple[str, dict[str, Any]]:
    """Traduire l'ordre SQL, une seule fois ; rendre aussi les valeurs qu'il fixe lui-même."""
    compiled = statement.compile(dialect=_DIALECT)
    fixed = compiled.construct_params(_check=False)
    return str(compiled), {name: value for name, value in fixed.items() if not compiled.binds[name].required}


def _adapted(value: Any) -> Any:
    """Donner à psycopg les objets et les listes comme du JSON : il ferait d'une liste un tableau SQL."""
    return Json(value) if isinstance(value, dict | list) else value


def _first_rows(cursor: Any) -> Iterator[Any]:
    more = True
    while more:
        yield cursor.fetchone()
        more = cursor.nextset()
