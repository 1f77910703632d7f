"""The real server, in processes of its own, followed by what it logs."""

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.receiver.signing import signed

from .commands import ADMIN_TOKEN, environment, start

WEBHOOK = "/api/webhooks/clerk"


class Server:
    """A running server. Its log is the file `log`."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)

    def lines(self) -> list[dict[str, Any]]:
        """Every line logged so far; each must be a JSON object."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def logged(self, event: str) -> list[str]:
        """The events logged so far that begin so."""
        return [line["event"] for line in self.lines() if line["event"].startswith(event)]

    def workers(self) -> list[int]:
        """The ids of the processes that were started to serve, in order."""
        return [int(event.split("[")[1].rstrip("]")) for event in self.logged("Started server process")]

    def wait_until(self, reached: Callable[[], object]) -> None:
        """Look again and again, as long as the process lives; the test's own time limit ends it."""
        while not reached():
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)
            assert self.process.poll() is None, self.log.read_text("utf-8")

    def deliver(self, event: Any, svix_id: str, *, client: httpx.Client | None = None) -> httpx.Response:
        """Send a signed delivery."""
        body = json.dumps(event).encode()
        return (client or self.client).post(WEBHOOK, content=body, headers=signed(body, svix_id=svix_id))

    def metrics(self) -> dict[str, float]:
        """Every measure, by its name and labels."""
        answer = self.client.get("/metrics", headers={"authorization": f"Bearer {ADMIN_TOKEN}"})
        assert answer.status_code == 200
        told = (line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in told}


@contextmanager
def serving(database_url: str, folder: Path, *, workers: int = 1) -> Iterator[Server]:
    """Start the server as an operator would, and wait until all its workers answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "log"
    env = environment(database_url)
    del env["PYTHONWARNINGS"]  # uvicorn's own parent process leaves its socket to the system
    process = start("serve", "--port", str(port), "--workers", str(workers), env=env, output=log)
    server = Server(process, port, log)
    try:
        server.wait_until(lambda: len(_whole(server, "Application startup complete")) == workers)
        server.wait_until(lambda: _listens(port))  # with one worker, uvicorn opens the port after its start
        yield server
    finally:
        server.client.close()
        if process.poll() is None:
            process.terminate()
        process.wait(30)


def _listens(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 5):
        return True
    return False


def _whole(server: Server, event: str) -> list[str]:
    with suppress(ValueError):  # a line half written
        return server.logged(event)
    return []
