"""A subscribed application: a real HTTP server, which remembers what it was sent, and what it makes of it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the application answers."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Sent:
    """One request, its headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The identifier of the message."""
        return self.headers["webhook-id"]

    @property
    def message(self) -> dict[str, Any]:
        """What the body says."""
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def data(self) -> dict[str, Any]:
        """The data of the message."""
        told: dict[str, Any] = self.message["data"]
        return told


class Application:
    """The application. `answer` is called for each request, and may do what it wants first."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.answer: Callable[[Sent], Answer] = lambda _sent: Answer()
        self.connections = 0
        self.url = ""

    def types(self) -> list[str]:
        """The types of the messages, in the order of the requests."""
        return [sent.message["type"] for sent in self.sent]


@contextmanager
def listening(*, keeps_alive: bool = False) -> Iterator[Application]:
    """Serve on a free port of 127.0.0.1. `keeps_alive`: a connection may serve for several messages."""
    application = Application()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if keeps_alive else "HTTP/1.0"

        def setup(self) -> None:
            super().setup()
            application.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent = Sent(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            with lock:
                application.sent.append(sent)
            answer = application.answer(sent)
            self.send_response(answer.status)
            headers = {"Content-Length": str(len(answer.body)), **answer.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    application.url = f"http://127.0.0.1:{server.server_port}/hooks/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield application
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Copy:
    """What a correct application keeps: each message once, no state older than its own, a deletion for ever."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}
        self._seen: set[str] = set()
        self._gone: set[tuple[str, str]] = set()

    def take(self, sent: Sent) -> None:
        """Take a message in."""
        if sent.id in self._seen:
            return
        self._seen.add(sent.id)
        key = (sent.message["type"].partition(".")[0], sent.data["id"])
        if sent.data.get("deleted"):
            self._gone.add(key)
        elif key not in self.rows or age(sent.data) > age(self.rows[key]):
            self.rows[key] = sent.data
        self.rows = {key: data for key, data in self.rows.items() if not self._is_gone(key, data)}

    def _is_gone(self, key: tuple[str, str], data: dict[str, Any]) -> bool:
        """Whether this was deleted, or is the membership of someone who was."""
        return key in self._gone or ("user", data.get("user_id")) in self._gone

    def members(self) -> set[str]:
        """The memberships that hold: those of a deleted organisation do not."""
        return {
            identifier
            for (subject, identifier), data in self.rows.items()
            if subject == "organizationMembership"
            and ("organization", data["organization_id"]) not in self._gone
        }


def age(data: dict[str, Any]) -> tuple[int, int]:
    """What orders two states of the same thing."""
    return data["version"], data.get("snapshot_version", 0)
