"""Every command of the pages is run, in order, in a fresh copy of the project; the few that cannot be say why."""

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values

from course_site.paths import ROOT
from tests.course.pages import PAGES, page

RULES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "commands.toml").read_text(encoding="utf-8"))
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


def commands(name: str) -> list[str]:
    """The commands of a page, in order; what follows two spaces and a hash is a remark."""
    lines = [
        line.strip() for fence in page(name).fences if fence.language == "console" for line in fence.lines
    ]
    return [line.split("  # ")[0].strip() for line in lines if line]


def excused(command: str) -> bool:
    """Whether a rule says why the command is not run."""
    return any(command.startswith(start) for rule in RULES["elsewhere"] for start in rule["starts_with"])


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


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in a fresh copy of the project."""
    project = tmp_path / "cours"
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
    yield opened
    opened.stop()


def expected_status(command: str, terminal: Terminal) -> set[int]:
    """0 for a command that did its work; 1 for a check that is not green yet, or a delivery that was refused."""
    if " replay" in command and not terminal.servers:
        return {2}  # « Rien n'écoute » : a page may show the command before its reader starts a server
    if " check" in command or " deliver " in command or " replay" in command:
        return {0, 1}
    return {0}


WITH_COMMANDS = [name for name in PAGES if any(not excused(command) for command in commands(name))]


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_the_commands_of_a_page_work_in_their_order(name: str, terminal: Terminal) -> None:
    prepare(name, terminal)
    for command in [*RULES["prepare"].get(name, []), *commands(name)]:
        if excused(command):
            continue
        done = terminal.type(command)
        if done is not None:
            assert done.returncode in expected_status(command, terminal), (
                f"{command}\n{done.stdout}{done.stderr}"
            )


def prepare(name: str, terminal: Terminal) -> None:
    """Give a page what no command of its readers makes: the class that an instructor has received."""
    if name == "guide-enseignant.md":
        shutil.copytree(
            terminal.folder / "reference_impl/solutions", terminal.folder / "rendus/benoit-gagnon"
        )
        shutil.copytree(terminal.folder / "exercises", terminal.folder / "rendus/alice-tremblay")
        (terminal.folder / "notes-ouvertes.toml").write_text("[benoit-gagnon]\nq1 = 4.5\n", encoding="utf-8")


def test_every_excuse_is_needed() -> None:
    said = [command for name in PAGES for command in commands(name)]
    starts = [start for rule in RULES["elsewhere"] for start in rule["starts_with"]]

    assert [start for start in starts if not any(command.startswith(start) for command in said)] == []
    assert all(rule["why"] for rule in RULES["elsewhere"])
