"""Reading the database of a student's server, which may be anything that a hostile program can write."""

import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from grader.checks import hostile_sqlite
from grader.checks.failure import Failure

MAX_FILE_BYTES = 64 << 20
MAX_READ_BYTES = 32 << 20
MAX_ROWS = 10_000
MAX_TABLES = 100

Row = dict[str, Any]
Tables = Mapping[str, frozenset[str]]


class Database:
    """The SQLite file at `path`; `tables` are the tables of the contract with the columns that they must have."""

    def __init__(self, path: Path, tables: Tables) -> None:
        self.path = path
        self._tables = tables

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """Run one reading query on a read-only connection.

        Raises:
            Failure: the file, its tables or the query's cost are not those of an honest database.
        """
        with self._reading() as connection:
            return list(self._fetch(connection, sql, parameters))

    def count(self, table: str, where: str = "1", *parameters: object) -> int:
        """Count the rows of a table."""
        return int(self.rows(f"SELECT count(*) AS n FROM {table} WHERE {where}", *parameters)[0]["n"])

    def one(self, sql: str, *parameters: object) -> Row | None:
        """Give the first row of a query, or None."""
        found = self.rows(sql, *parameters)
        return found[0] if found else None

    def values(self) -> Iterator[tuple[str, str, Any]]:
        """Give every value of every table, the student's own tables too: (table, column, value)."""
        with self._reading() as connection:
            for table in self._tables_there(connection):
                columns = ", ".join(map(_quoted, sorted(_columns(connection, table)[0])))
                for row in self._fetch(connection, f"SELECT {columns} FROM {_quoted(table)}"):
                    for column, value in row.items():
                        yield table, column, value

    def execute(self, *statements: str, parameters: tuple[object, ...] = ()) -> None:
        """Change the database as the grader: rows that an exercise is given, a trigger that injects a failure."""
        with self._opening(), hostile_sqlite.writing(self.path) as connection:
            for sql in statements:
                connection.execute(sql, parameters)
            connection.commit()

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Hold the lock that every writer waits for, and change nothing."""
        with self._opening(), hostile_sqlite.writing(self.path):
            yield

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._opening(), hostile_sqlite.reading(self.path) as connection:
            self._demand_tables(connection)
            yield connection

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Any error of SQLite is a fault of the database that the server keeps."""
        self._refuse_what_is_no_database_file()
        try:
            yield
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise self._failure(f"SQLite répond : {str(error)[:120]}") from error

    def _fetch(
        self, connection: sqlite3.Connection, sql: str, parameters: tuple[object, ...] = ()
    ) -> Iterator[Row]:
        """Give the first rows, as long as together they stay of a reasonable size."""
        cursor = connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        read = 0
        for _, row in zip(range(MAX_ROWS), cursor, strict=False):
            read += sum(len(value) for value in row if isinstance(value, str | bytes))
            if read > MAX_READ_BYTES:
                raise self._failure(f"plus de {MAX_READ_BYTES >> 20} Mio dans une table")
            yield dict(zip(names, row, strict=True))

    def _demand_tables(self, connection: sqlite3.Connection) -> None:
        present = self._tables_there(connection)
        for table, columns in self._tables.items():
            if table not in present:
                raise self._failure(f"la table `{table}` n'est plus une table ordinaire")
            stored, computed = _columns(connection, table)
            if not columns <= stored:
                raise self._failure(f"la table `{table}` n'a plus ses colonnes")
            if computed:
                raise self._failure(f"la table `{table}` a des colonnes calculées")

    def _tables_there(self, connection: sqlite3.Connection) -> frozenset[str]:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchmany(
            MAX_TABLES + 1
        )
        if len(rows) > MAX_TABLES:
            raise self._failure(f"plus de {MAX_TABLES} tables")
        return frozenset(str(name) for (name,) in rows)

    def _refuse_what_is_no_database_file(self) -> None:
        try:
            status = self.path.lstat()
        except OSError as error:
            raise self._failure("le fichier de la base n'existe plus") from error
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
            raise self._failure("le fichier de la base n'est plus un fichier ordinaire de taille raisonnable")

    def _failure(self, received: str) -> Failure:
        return Failure(
            sent="lecture de la base", expected="les tables fournies, telles quelles", received=received
        )


def _columns(connection: sqlite3.Connection, table: str) -> tuple[frozenset[str], frozenset[str]]:
    """Name the columns of a table: those that are stored, and those that are computed when they are read."""
    virtual = 2
    rows = connection.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall()
    computed = frozenset(row[1] for row in rows if row[6] == virtual)
    return frozenset(row[1] for row in rows) - computed, computed


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def tables_of(schema: str) -> dict[str, frozenset[str]]:
    """Read the tables and columns that a `schema.sql` makes, by making them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        names = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        return {
            name: frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({name})"))
            for name in names
        }
