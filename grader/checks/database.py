"""Reading the database of a student's server, which may be anything that a hostile program can write."""

import sqlite3
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from grader.checks.failure import Failure

MAX_FILE_BYTES = 64 << 20
MAX_ROWS = 10_000
QUERY_TIME_S = 5.0
BUSY_TIMEOUT_S = 5.0
_INSTRUCTIONS_BETWEEN_LOOKS = 100_000

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
        with self._connection(read_only=True) as connection:
            cursor = connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            found = cursor.fetchmany(MAX_ROWS)
        return [dict(zip(names, row, strict=True)) for row in found]

    def count(self, table: str, where: str = "1", *parameters: object) -> int:
        """Count the rows of a table."""
        return int(self.rows(f"SELECT count(*) AS n FROM {table} WHERE {where}", *parameters)[0]["n"])

    def one(self, sql: str, *parameters: object) -> Row | None:
        """Give the first row of a query, or None."""
        found = self.rows(sql, *parameters)
        return found[0] if found else None

    def values(self) -> Iterator[tuple[str, str, Any]]:
        """Give every value of every table, the student's own tables too: (table, column, value)."""
        names = [row["name"] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            quoted = '"' + name.replace('"', '""') + '"'
            for row in self.rows(f"SELECT * FROM {quoted}"):
                for column, value in row.items():
                    yield name, column, value

    def execute(self, *statements: str, parameters: tuple[object, ...] = ()) -> None:
        """Change the database as the grader: rows that an exercise is given, a trigger that injects a failure."""
        with self._connection(read_only=False) as connection, connection:
            for sql in statements:
                connection.execute(sql, parameters)

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Hold the lock that every writer waits for, and change nothing."""
        with self._connection(read_only=False) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.rollback()

    @contextmanager
    def _connection(self, *, read_only: bool) -> Iterator[sqlite3.Connection]:
        """Open the file for one use; any error of SQLite is a fault of the database that the server keeps."""
        self._refuse_what_is_no_database_file()
        mode = "ro" if read_only else "rw"
        try:
            connection = sqlite3.connect(
                f"{self.path.as_uri()}?mode={mode}",
                uri=True,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            with closing(connection):
                self._prepare(connection)
                yield connection
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise self._failure(f"SQLite répond : {str(error)[:120]}") from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.text_factory = lambda value: value.decode("utf-8", "replace")
        end = time.monotonic() + QUERY_TIME_S + BUSY_TIMEOUT_S
        connection.set_progress_handler(lambda: int(time.monotonic() > end), _INSTRUCTIONS_BETWEEN_LOOKS)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        kinds = dict(connection.execute("SELECT name, type || coalesce(sql LIKE 'create virtual%', 0) FROM sqlite_master"))
        for table, columns in self._tables.items():
            if kinds.get(table) != "table0":
                raise self._failure(f"la table `{table}` n'est plus une table ordinaire")
            present = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            if not columns <= present:
                raise self._failure(f"la table `{table}` n'a plus ses colonnes")

    def _refuse_what_is_no_database_file(self) -> None:
        try:
            status = self.path.lstat()
        except OSError as error:
            raise self._failure("le fichier de la base n'existe plus") from error
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
            raise self._failure("le fichier de la base n'est plus un fichier ordinaire de taille raisonnable")

    def _failure(self, received: str) -> Failure:
        return Failure(sent="lecture de la base", expected="les tables du contrat, telles que données", received=received)


def tables_of(schema: str) -> dict[str, frozenset[str]]:
    """Read the tables and columns that a `schema.sql` makes, by making them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        ]
        return {name: frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({name})")) for name in names}
