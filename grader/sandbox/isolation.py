"""What a student's server really cannot do on this machine: asked of a probe, not assumed."""

import json
import os
import shutil
import socket
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.engine import Engine
from grader.sandbox.http import NoAnswerError
from grader.sandbox.limits import Limits
from grader.sandbox.process import EngineError

ROOT = Path(__file__).parents[2]
OUR_PACKAGES = ["grader", "reference_impl", "course"]

# What each attempt of the probe is, for who reads `grader doctor`.
DESCRIPTIONS = {
    "read_outside": "lire un fichier hors de Python et de son dossier",
    "write_outside": "écrire hors de son dossier",
    "import_grader": "importer le correcteur, la référence ou le cours",
    "reach_network": "joindre le réseau",
    "reach_local_socket": "joindre un autre programme de la machine",
    "see_processes": "voir un autre processus",
    "disturb_processes": "déranger un autre processus",
    "start_processes": "lancer un processus qui lui survive",
    "leave_links": "laisser des liens dans son dossier",
    "outlive_grader": "survivre au correcteur",
    "exceed_memory": "dépasser sa mémoire",
    "hide_memory": "prendre de la mémoire que rien ne compte",
    "exceed_file": "dépasser la taille d'un fichier",
    "raise_limits": "relever ses limites",
}


@dataclass(frozen=True)
class Report:
    """What the probe managed (True) or not, by attempt; `failure` if it could not even run."""

    managed: dict[str, bool]
    failure: str | None = None

    @property
    def strict(self) -> bool:
        """Tell whether the level `strict` holds: the probe ran, tried everything, and managed nothing."""
        return (
            self.failure is None and set(self.managed) == set(DESCRIPTIONS) and not any(self.managed.values())
        )


def probe(engine: Engine) -> Report:
    """Start the probe as this engine starts a student's server, and ask what it managed."""
    if sys.platform != "linux":
        return Report({}, "l'isolation demande Linux (Landlock et seccomp)")
    try:
        with ExitStack() as stack:
            space = engine.workspace()
            shutil.copy(Path(__file__).parent / "child" / "probe.py", space.code)
            environ = {"PROBE_TARGETS": json.dumps(_targets(stack, engine.limits))}
            server = stack.enter_context(engine.start(space, "probe:create_app", environ))
            try:
                answer = server.request("GET", "/")
            except NoAnswerError:
                server.kill()
                lines = server.stderr.text().strip().splitlines()
                return Report({}, lines[-1] if lines else "la sonde n'a pas démarré")
            return Report({name: bool(done) for name, done in json.loads(answer.body).items()})
    except (EngineError, OSError, ValueError) as error:
        return Report({}, f"{type(error).__name__}: {error}")


def probe_machine() -> Report:
    """Probe this machine with an interpreter of its own."""
    with Engine("fresh", "strict") as engine:
        return probe(engine)


def _targets(stack: ExitStack, limits: Limits) -> dict[str, object]:
    """Set up what the probe shall try to reach: all of it is there, and reachable by this process."""
    outside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="probe-")))
    secret = outside / "secret"
    secret.write_text("secret", encoding="utf-8")
    tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    local = stack.enter_context(socket.socket(socket.AF_UNIX))
    local.bind(str(outside / "socket"))
    local.listen()
    return {
        "unreadable": [
            str(secret),
            str(ROOT),
            str(ROOT / "grader"),
            str(Path.home()),
            "/etc/passwd",
            "/tmp",  # noqa: S108 - it must not be readable
            "/proc/self/environ",
        ],
        "outside": str(outside),
        "secret_file": str(secret),
        "root": str(ROOT),
        "packages": OUR_PACKAGES,
        "tcp_port": tcp.getsockname()[1],
        "unix_socket": str(outside / "socket"),
        "pid": os.getpid(),
        "memory_bytes": limits.memory_bytes,
        "file_bytes": limits.file_bytes,
    }
