"""The peers: how each is prepared and started. Same processes, same pool, same database server for all."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.receiver.postgres import Database
from bench.receiver.servers import Running, free_port, serving

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
NAMES = ("bare", "naive", "express", "reference")
# The options of `python -m reference_impl serve`: the same web server for every Python peer.
_UVICORN = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")


@dataclass(frozen=True)
class Setting:
    """What all peers share: the endpoint's secret, the number of processes, connections per process."""

    secret: str
    processes: int
    pool: int
    scratch: Path

    def environment(self, database: Database) -> dict[str, str]:
        """Return the variables of any peer. The keys that only the reference reads are drawn here."""
        return {
            **database.environment,
            "DATABASE_URL": database.url,
            "POOL_SIZE": str(self.pool),
            "DATABASE_POOL_SIZE": str(self.pool),  # the name that the reference reads
            "WORKERS": str(self.processes),
            "CLERK_WEBHOOK_SIGNING_SECRET": self.secret,
            "ERASURE_KEY": secrets.token_hex(32),
            "ADMIN_TOKEN": secrets.token_hex(32),
            "APP_ENV": "development",
            "NODE_ENV": "production",
            "TMPDIR": str(self.scratch),  # what a server leaves behind goes with the measure
        }


@contextmanager
def running(name: str, database: Database, setting: Setting) -> Iterator[Running]:
    """Prepare the database, start the peer, and stop it at the end."""
    environment = setting.environment(database)
    folder = PROJECT
    if name == "reference":
        _run([sys.executable, "-m", "reference_impl", "migrate"], PROJECT, environment)
    elif name != "bare":
        with database.connect() as connection:
            connection.execute((HERE / "users.sql").read_bytes())
    if name == "express":
        folder = installed_express(setting.scratch)
    port = free_port()
    command = _COMMANDS[name](port, setting.processes)
    log = setting.scratch / f"{database.name}.log"
    with serving(command, {**environment, "PORT": str(port)}, folder, port, log) as servers:
        yield servers


def installed_express(scratch: Path) -> Path:
    """Copy the Node peer out of the project and install its packages there, once for each scratch folder."""
    folder = scratch / "express"
    if not folder.exists():
        shutil.copytree(HERE / "express", folder)
        quiet = ["--silent", "--no-audit", "--no-fund", "--no-package-lock"]
        _run(["npm", "install", *quiet], folder, {})
    return folder


def _uvicorn(module: str) -> Callable[[int, int], list[str]]:
    def command(port: int, processes: int) -> list[str]:
        where = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(processes)]
        return [sys.executable, "-m", "uvicorn", module, *where, *_UVICORN]

    return command


def _express(_port: int, _processes: int) -> list[str]:
    return ["node", "server.js"]  # PORT and WORKERS stand in its environment


def _reference(port: int, processes: int) -> list[str]:
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(processes)]
    return [sys.executable, "-m", "reference_impl", "serve", *where]


_COMMANDS: dict[str, Callable[[int, int], list[str]]] = {
    "bare": _uvicorn("bench.receiver.bare:app"),
    "naive": _uvicorn("bench.receiver.naive:app"),
    "express": _express,
    "reference": _reference,
}


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a preparation to its end. Raises SystemExit with its output if it fails."""
    variables = {**os.environ, **environment}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
