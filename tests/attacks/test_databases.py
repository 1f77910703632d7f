"""A database that a hostile program wrote: each kind is a failure that says why, in bounded time, and harms nothing."""

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from grader.checks.database import Database, tables_of
from grader.checks.failure import Failure
from grader.sandbox.engine import Engine
from tests.attacks.arena import BOUNDED_S, earned, everything, faults_of_the_grader, judge, make
from tests.attacks.hostile_files import hot_journal, sql

SCHEMA = "CREATE TABLE users (clerk_id TEXT PRIMARY KEY, email TEXT);\n"
# In SQL: values and computations that would take hours or all the memory.
SLOW_PATTERN = "hex(zeroblob(20000)) LIKE '%0%0%0%0%0%0%0%0%0%0%0%1'"
COUNT_FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

SPOILT = {
    "a view in place of the table": "DROP TABLE users; CREATE VIEW users AS SELECT 'a' AS clerk_id, 'b' AS email;",
    "a view under the name of a forged table": (
        "DROP TABLE users; CREATE TABLE other (clerk_id, email);"
        "INSERT INTO sqlite_master SELECT 'view', 'v', 'v', 0, 'CREATE VIEW users AS SELECT 1 AS clerk_id, 2 AS email';"
        "INSERT INTO sqlite_master SELECT 'table', 'users', 'users', rootpage, 'CREATE TABLE third (clerk_id, email)'"
        " FROM sqlite_master WHERE name = 'other';"
    ),
    "a virtual table": "DROP TABLE users; CREATE VIRTUAL TABLE users USING fts5(clerk_id, email);",
    "a virtual table of one's own": "CREATE VIRTUAL TABLE mine USING fts5(a);",
    "a virtual table in disguise": (
        "CREATE VIRTUAL TABLE mine USING fts5(a);"
        "UPDATE sqlite_master SET sql = 'CREATE/**/VIRTUAL TABLE mine USING fts5(a)' WHERE name = 'mine';"
    ),
    "a column less": "ALTER TABLE users DROP COLUMN email;",
    "a computed column": f"ALTER TABLE users ADD COLUMN slow GENERATED ALWAYS AS ({SLOW_PATTERN}) VIRTUAL;",
    "a name that is no text": (
        "INSERT INTO sqlite_master SELECT 'table', x'ff00', 'x', rootpage, 'CREATE TABLE x (a)'"
        " FROM sqlite_master WHERE name = 'users';"
    ),
    "a schema that is no SQL": "UPDATE sqlite_master SET sql = 'CREATE TABLE users (' || hex(randomblob(100));",
    "more tables than anyone reads": "BEGIN;"
    + "".join(f"CREATE TABLE t{n} (a);" for n in range(500))
    + "COMMIT;",
}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """An honest database with one row."""
    path = tmp_path / "course.sqlite"
    sql(path, SCHEMA + "INSERT INTO users VALUES ('u1', 'a@example.org');")
    return Database(path, tables_of(SCHEMA))


def refused(database: Database, within_s: float = 30.0) -> str:
    """Read and write; each must fail as the student's own fault or do its work. Gives the first failure's words."""
    told = []
    began = time.monotonic()
    for action in (
        lambda: database.rows("SELECT * FROM users"),
        lambda: list(database.values()),
        lambda: database.execute("INSERT INTO users VALUES ('u2', NULL)"),
        lambda: database.write_lock().__enter__(),
    ):
        try:
            action()
        except Failure as failure:
            told.append(failure.received)
    assert time.monotonic() - began < within_s
    return told[0] if told else ""


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_schema_is_a_failure_that_says_so(database: Database, how: str) -> None:
    """Nothing of it is computed, and nothing is an error of the grader."""
    sql(database.path, SPOILT[how])

    assert refused(database)


@pytest.mark.parametrize("length", [0, 1, 100, 5000])
def test_a_file_cut_or_filled_with_noise_is_a_failure(database: Database, length: int) -> None:
    """At the beginning, within the header, within the pages."""
    data = database.path.read_bytes()
    for spoilt in (data[:length], os.urandom(length + 1), data[:100] + os.urandom(length + 5000)):
        database.path.write_bytes(spoilt)

        assert refused(database)


def test_what_is_no_file_is_a_failure(database: Database, tmp_path: Path) -> None:
    """A pipe, which would wait for a writer for ever; a folder, a link, ten gigabytes of nothing, no file at all."""
    path = database.path
    elsewhere = path.rename(tmp_path / "elsewhere")
    attempts = {
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
        "link": lambda: path.symlink_to(elsewhere),
        "sparse": lambda: (path.touch(), os.truncate(path, 10 << 30)),
        "nothing": lambda: None,
    }
    for make_it in attempts.values():
        make_it()
        assert "fichier" in refused(database)
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)


def test_more_than_a_reader_could_hold_is_not_read(database: Database) -> None:
    """A row of sixteen megabytes, and many rows that are large together."""
    sql(database.path, "INSERT INTO users VALUES ('big', zeroblob(16000000));")
    assert "SQLite répond" in refused(database)
    sql(
        database.path,
        "DELETE FROM users;" + "INSERT INTO users VALUES (hex(randomblob(4)), zeroblob(3900000));" * 10,
    )
    assert "plus de 32 Mio" in refused(database)


def test_a_trigger_that_counts_for_ever_ends_with_its_statement(database: Database) -> None:
    """It runs when the grader writes: the write fails, within the time of a query."""
    sql(database.path, f"CREATE TRIGGER slow BEFORE INSERT ON users BEGIN {COUNT_FOR_EVER}; END;")

    with pytest.raises(Failure, match="interrupted"):
        database.execute("INSERT INTO users VALUES ('u2', NULL)")


@pytest.mark.parametrize(
    "expression",
    [SLOW_PATTERN.replace("hex(zeroblob(20000))", "clerk_id || email"), "instr(clerk_id, email) > 0"],
)
def test_a_constraint_that_would_compute_for_hours_does_not(database: Database, expression: str) -> None:
    """The grader writes small values, and no pattern."""
    sql(
        database.path,
        f"DROP TABLE users; CREATE TABLE users (clerk_id TEXT, email TEXT, CHECK ({expression}));",
    )
    began = time.monotonic()

    with pytest.raises(Failure):
        database.execute("INSERT INTO users VALUES (?, ?)", parameters=("0" * 60_000, "0" * 30_000 + "1"))

    assert time.monotonic() - began < 20


def test_a_function_that_takes_long_is_not_called_in_a_trigger(database: Database) -> None:
    """The functions that a trigger may call are those whose time grows with what they read, no faster."""
    sql(database.path, f"CREATE TRIGGER slow BEFORE INSERT ON users BEGIN SELECT {SLOW_PATTERN}; END;")

    with pytest.raises(Failure, match="not authorized"):
        database.execute("INSERT INTO users VALUES ('u2', NULL)")


def test_a_lock_that_is_never_let_go_is_a_failure_in_bounded_time(database: Database) -> None:
    """As long as the kit itself would wait, and no longer."""
    with closing(sqlite3.connect(database.path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()

        with pytest.raises(Failure, match="locked"):
            database.count("users")

        assert time.monotonic() - began < 20


def test_a_journal_that_names_a_file_does_not_make_the_grader_remove_it(
    database: Database, canary: Path
) -> None:
    """SQLite deletes a « super-journal » after a crash, whatever the journal says that it is; the grader must not."""
    hot_journal(database.path, canary / "grades.csv")

    for _ in range(2):
        with pytest.raises(Failure), database.write_lock():
            pass
        with pytest.raises(Failure):
            database.execute("INSERT INTO users VALUES ('u2', NULL)")
        with pytest.raises(Failure):
            database.count("users")

    assert (canary / "grades.csv").exists()


def test_a_journal_written_while_the_grader_writes_is_not_believed_either(
    database: Database, canary: Path
) -> None:
    """The grader keeps its own journal in memory: a name added to the file is never read."""
    sql(database.path, "CREATE TRIGGER no BEFORE INSERT ON users BEGIN SELECT RAISE(ROLLBACK, 'no'); END;")
    stop = threading.Event()

    def plant() -> None:
        while not stop.is_set():
            hot_journal(database.path, canary / "grades.csv")

    planter = threading.Thread(target=plant)
    planter.start()
    try:
        for _ in range(30):
            with pytest.raises(Failure):
                database.execute("UPDATE users SET email = 'x'", "INSERT INTO users VALUES ('u2', NULL)")
    finally:
        stop.set()
        planter.join()

    assert (canary / "grades.csv").exists()


def test_an_honest_database_is_read_and_written_while_a_server_writes(database: Database) -> None:
    """The care taken costs an honest server neither a lock that it cannot get nor a row."""
    stop = threading.Event()
    failures: list[Exception] = []

    def serve() -> None:
        try:
            with closing(sqlite3.connect(database.path, timeout=5, isolation_level=None)) as connection:
                number = 0
                while not stop.is_set():
                    number += 1
                    connection.execute("BEGIN IMMEDIATE")
                    connection.execute("INSERT INTO users VALUES (?, NULL)", (f"s{number}",))
                    connection.execute("COMMIT")
                    stop.wait(0.001)
        except sqlite3.Error as error:
            failures.append(error)

    for mode in ("delete", "wal", "truncate", "persist"):
        with closing(sqlite3.connect(database.path)) as connection:
            connection.execute(f"PRAGMA journal_mode = {mode}")
            connection.execute("DELETE FROM users")
            connection.commit()
        stop.clear()
        server = threading.Thread(target=serve)
        server.start()
        for number in range(20):
            database.execute("INSERT INTO users VALUES (?, NULL)", parameters=(f"g{number}",))
            with database.write_lock():
                assert database.count("users", "clerk_id = ?", f"g{number}") == 1
        stop.set()
        server.join()
        assert not failures, mode
        assert database.count("users", "substr(clerk_id, 1, 1) = 'g'") == 20


def test_an_honest_index_view_and_trigger_of_ones_own_harm_nothing(database: Database) -> None:
    """Students may add to the schema."""
    sql(
        database.path,
        "CREATE TABLE log (what TEXT); CREATE INDEX i ON users (email); CREATE UNIQUE INDEX j ON users (lower(email));"
        "CREATE VIEW v AS SELECT email FROM users;"
        "CREATE TRIGGER t AFTER INSERT ON users BEGIN INSERT INTO log VALUES (upper(NEW.clerk_id)); END;",
    )

    database.execute("INSERT INTO users VALUES ('u2', 'b@example.org')")

    assert ("log", "what", "U2") in set(database.values())
    assert database.count("users") == 2


@pytest.mark.parametrize(
    "attack",
    [
        "drop table deliveries; create view deliveries as select 1 svix_id, 2 type, 3 received_at",
        "pragma journal_mode = wal",
    ],
)
def test_through_the_real_path_a_spoilt_database_costs_its_owner_alone(
    engine: Engine, tmp_path: Path, attack: str
) -> None:
    """A view loses everything; another journal mode is honest, and loses nothing."""
    source = f"""
import os, sqlite3
_connection = sqlite3.connect(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
_connection.executescript({attack!r})
_connection.close()
"""
    result = judge(engine, make(tmp_path / "s", attack=source))

    assert earned(result) == (everything() if "wal" in attack else set())
    assert result.seconds < BOUNDED_S


POISONS = ["x'ff00fe'", "9223372036854775807", "1e999", "NULL", "'['"]
POISON = """
import os, sqlite3
connection = sqlite3.connect(os.environ["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None)
for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
    for column in [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if not row[5]]:
        for event in ("INSERT", "UPDATE"):
            connection.execute(
                f"CREATE TRIGGER p_{table}_{column}_{event} AFTER {event} ON {table} BEGIN "
                f"UPDATE OR IGNORE {table} SET {column} = POISON WHERE rowid = NEW.rowid; END"
            )
connection.close()
"""


@pytest.mark.parametrize("poison", POISONS)
def test_values_of_another_kind_are_failures_and_no_error_of_the_grader(
    engine: Engine, tmp_path: Path, poison: str
) -> None:
    """Bytes, infinities, NULL, half a document, in every column that the checks read."""
    folder = make(tmp_path / "s", exercise="ex5_production", attack=POISON.replace("POISON", poison))

    result = judge(engine, folder, exercise="ex5_production")

    assert not faults_of_the_grader(result)
    assert "ex5.3" not in earned(result)
