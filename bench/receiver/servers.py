"""Start a peer's servers and end them: one process group each, ready before it is used."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_S = 60.0
STOP_S = 15.0


@dataclass(frozen=True)
class Running:
    """A peer's servers: the process that leads them and the port they share."""

    pid: int
    port: int
    log: Path


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, port: int, log: Path
) -> Iterator[Running]:
    """Run the command until the block is left.

    Raises:
        SystemExit: the servers ended or were not ready within 60 s; the end of their log is shown.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, port, log)
        yield Running(process.pid, port, log)
    finally:
        _stop(process)


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Ask `GET /ready` until it answers 2xx: another program's start can only be polled."""
    deadline = time.monotonic() + START_S
    while not _is_ready(port):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            raise SystemExit(f"{' '.join(process.args)} is not ready:\n{tail}")  # type: ignore[arg-type]
        time.sleep(0.05)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/ready")
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the group politely, then by force: workers must not outlive a measure."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(STOP_S)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
