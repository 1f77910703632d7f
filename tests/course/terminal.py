"""A terminal in a fresh copy of the project, in which the commands of a page are typed one after the other."""

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from course_site.paths import ROOT

COPIED = (
    "course",
    "exercises",
    "grader",
    "reference_impl",
    "pyproject.toml",
    "README.md",
    "mkdocs.yml",
    "course_site",
)
LASTING = ("serve", "dispatch", "uvicorn")
"""What runs until the reader stops it."""

TIMEOUT_S = 120
PORT = "8000"


@dataclass
class Terminal:
    """What a reader has open: a folder, an environment, servers in other windows, a free port for 8000."""

    project: Path
    port: int
    folder: Path
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    last: tuple[list[str], dict[str, str]] | None = None

    def type(self, command: str) -> subprocess.CompletedProcess[str] | None:
        """Run one command; a server is left running once it listens."""
        typed = command.replace(f":{PORT}", f":{self.port}").replace(f"--port {PORT}", f"--port {self.port}")
        words = shlex.split(
            typed.replace("$ADMIN_TOKEN", dotenv_values(self.project / ".env").get("ADMIN_TOKEN") or "")
        )
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return None
        env, words = self._environment(words)
        if any(word in LASTING for word in words) and "--once" not in words and "--help" not in words:
            self._start(words, env)
            return None
        shell = " ".join(
            word if word in ("&&", ">", "<", "|") or "*" in word else shlex.quote(word) for word in words
        )
        return subprocess.run(
            ["bash", "-c", shell],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            input="oui\n",
        )

    def _environment(self, words: list[str]) -> tuple[dict[str, str], list[str]]:
        """Do what `uv run --env-file FILE` and leading assignments do, with this very installation."""
        env = {
            **os.environ,
            "PYTHONPATH": str(self.project),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        env.pop("CLERK_WEBHOOK_SIGNING_SECRET", None)
        given = {}
        while "=" in words[0]:
            name, _, given[name] = words.pop(0).partition("=")
        if words[:2] == ["uv", "run"]:
            words = words[2:]
            if words[0] == "--env-file":
                env |= {name: value or "" for name, value in dotenv_values(self.folder / words[1]).items()}
                words = words[2:]
        if "reference_impl" in words and "serve" in words:
            words = [*words, "--port", str(self.port)]
        if words[:2] == ["grader", "replay"]:
            words = [*words, "--to", f"http://127.0.0.1:{self.port}/api/webhooks/clerk"]
        return {**env, **given}, words

    def _start(self, words: list[str], env: dict[str, str]) -> None:
        before = self.last
        if "dispatch" not in words:
            self.stop()  # a reader who starts a server again has stopped the one before
            self.last = words, env
        server = subprocess.Popen(
            words,
            cwd=self.folder,
            env=env,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.servers.append(server)
        deadline = time.monotonic() + TIMEOUT_S
        while "dispatch" not in words and time.monotonic() < deadline:
            if server.poll() is not None:
                # A page shows a start that is refused: its reader then starts the good one.
                self.servers.remove(server)
                if before is not None and before != (words, env):
                    self._start(*before)
                return
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)

    def stop(self) -> None:
        """End the servers, with what they started."""
        for server in self.servers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)
        self.servers.clear()


@contextlib.contextmanager
def opened_terminal(folder: Path) -> Iterator[Terminal]:
    """A terminal in a fresh copy of the project."""
    project = folder / "cours"
    project.mkdir()
    ignore = shutil.ignore_patterns("__pycache__", "*.db", ".env", "assets", "diagrams")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=ignore)
        else:
            shutil.copy(source, project / name)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    opened = Terminal(project, port, project)
    try:
        yield opened
    finally:
        opened.stop()
