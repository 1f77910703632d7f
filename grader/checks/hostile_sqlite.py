"""Opening a database file that a hostile program has written, and may be writing still.

What SQLite would do for such a file, and what keeps it from it:

- compute without end (views, triggers, generated columns, patterns): a deadline, limits, and a list of harmless
  functions; a read looks at stored columns of ordinary tables, and never through a view;
- fill the memory: `hold` bounds a value, the reader of rows bounds their sum;
- run the code of a virtual table's module over data made for it: none may be there;
- *delete a file*: the journal that a crash leaves behind may name a « super-journal », which SQLite removes after it
  has rolled the journal back, whatever file it is. So the grader never rolls back: it writes only while another
  connection of its own reads, which keeps SQLite from taking a journal for one that a crash has left, and it keeps
  its own journal in memory, where nobody else can add a name to it.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

QUERY_TIME_S = 5.0
BUSY_TIMEOUT_S = 5.0
_INSTRUCTIONS_BETWEEN_LOOKS = 1000
_LOOK_FOR_LOCK_EVERY_S = 0.01

LONGEST_READ_BYTES = 4 << 20
LONGEST_WRITTEN_BYTES = 64 << 10
"""A constraint of the student's own may compute over what the grader writes: small values make that cheap."""

# Linear in the size of their arguments. Not here: like, glob, instr, replace, printf, zeroblob, and whatever comes.
HARMLESS_FUNCTIONS = frozenset(
    {
        "abs", "avg", "coalesce", "count", "date", "datetime", "hex", "ifnull", "json_extract", "julianday", "length",
        "lower", "max", "min", "nullif", "strftime", "substr", "sum", "time", "total", "typeof", "unixepoch", "upper",
    }
)  # fmt: skip
_ORDINARY = ("CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX ", "CREATE VIEW ", "CREATE TRIGGER ")


class _Deadline:
    """Says 1 once SQLite has computed for too long on one connection; waiting for a lock does not count."""

    def __init__(self) -> None:
        self._end: float | None = None

    def __call__(self) -> int:
        self._end = self._end or time.monotonic() + QUERY_TIME_S
        return int(time.monotonic() > self._end)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file to read stored columns of ordinary tables. Raises sqlite3.Error."""
    with closing(_open(path, "ro", LONGEST_READ_BYTES)) as connection:
        connection.set_authorizer(_allow_read)
        # SQLite itself writes each statement of the schema so; a virtual table, or a forged line, stands out.
        for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
            if not isinstance(sql, str) or not sql.startswith(_ORDINARY):
                raise sqlite3.DatabaseError("a virtual table, which the grader does not read")
        yield connection


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, begin a transaction that holds the write lock, and roll it back unless it was committed.

    Raises:
        sqlite3.Error: the lock was not free in time, or a journal lies there as a crash would have left it.
    """
    with closing(_open(path, "rw", LONGEST_WRITTEN_BYTES)) as connection, reading(path) as guard:
        _begin(connection, guard)
        try:
            yield connection
        finally:
            connection.rollback()


def _begin(connection: sqlite3.Connection, guard: sqlite3.Connection) -> None:
    """Take the write lock while the guard reads: beside a reader, SQLite cannot roll a journal back."""
    end = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        guard.execute("BEGIN")
        guard.execute("SELECT count(*) FROM sqlite_master").fetchone()
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}"
            )  # a commit waits for the readers
            return
        except sqlite3.OperationalError:
            # The server may be about to commit, and wait for the guard: let it go, and come again.
            if time.monotonic() > end:
                raise
        finally:
            guard.rollback()
        time.sleep(_LOOK_FOR_LOCK_EVERY_S)


def _open(path: Path, mode: str, longest: int) -> sqlite3.Connection:
    wait_s = BUSY_TIMEOUT_S if mode == "ro" else 0.0
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        timeout=wait_s,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.text_factory = lambda value: value.decode("utf-8", "replace")
    connection.set_progress_handler(_Deadline(), _INSTRUCTIONS_BETWEEN_LOOKS)
    connection.set_authorizer(_allow_write)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _allow_read(
    action: int, _first: str | None, second: str | None, _base: str | None, source: str | None
) -> int:
    """Allow what reads a table itself; `source` names the view or trigger that would read it instead."""
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_OK if second in HARMLESS_FUNCTIONS else sqlite3.SQLITE_DENY
    known = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_TRANSACTION)
    return sqlite3.SQLITE_OK if action in known and source is None else sqlite3.SQLITE_DENY


def _allow_write(
    action: int, _first: str | None, second: str | None, _base: str | None, _source: str | None
) -> int:
    """Allow the grader's changes, and what a trigger of the student adds, but no costly function."""
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_OK if second in HARMLESS_FUNCTIONS else sqlite3.SQLITE_DENY
    refused = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_CREATE_VTABLE)
    return sqlite3.SQLITE_DENY if action in refused else sqlite3.SQLITE_OK
