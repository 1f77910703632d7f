"""Resend's sending API on 127.0.0.1: it knows its keys again, and refuses another content under the same."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "re_a-key-of-the-tests"


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    key: str | None
    authorization: str | None
    body: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """One answer; `lost`: the connection is cut instead of carrying it."""

    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False


LOST = Answer(lost=True)
"""The request is accepted, and its answer never arrives."""


def refused(status: int, name: str, **headers: str) -> Answer:
    """An error, written as Resend writes them."""
    told = {"statusCode": status, "name": name, "message": "About amelie@example.com"}
    return Answer(status, told, headers)


class FakeResend:
    """The service. A fault in `faults` comes instead of its answer; `sent` is what it accepted, by key."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.sent: dict[str, tuple[str, dict[str, Any]]] = {}
        self.faults: list[Answer] = []
        self.then: Callable[[], None] = lambda: None

    def mails(self) -> list[dict[str, Any]]:
        """The messages that people receive."""
        return [body for _id, body in self.sent.values()]

    def answer(self, asked: Asked) -> Answer:
        """Answer; a lost answer is lost after the request was carried out."""
        self.asked.append(asked)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and not fault.lost:
            return fault
        answer = self._carry_out(asked)
        self.then()
        return fault or answer

    def _carry_out(self, asked: Asked) -> Answer:
        if asked.authorization != f"Bearer {TOKEN}":
            return refused(403, "invalid_api_key")
        if asked.path != "/emails":
            return refused(404, "not_found")
        if not asked.key or len(asked.key) > 256:
            return refused(400, "invalid_idempotency_key")
        known, content = self.sent.setdefault(asked.key, (f"email_{len(self.sent)}", asked.body))
        return (
            Answer(body={"id": known})
            if content == asked.body
            else refused(409, "invalid_idempotent_request")
        )


@contextmanager
def serving(service: FakeResend) -> Iterator[FakeResend]:
    """Serve on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key, authorization = self.headers["Idempotency-Key"], self.headers["Authorization"]
            answer = service.answer(Asked(self.path, key, authorization, sent))
            if answer.lost:
                self.close_connection = True
                return
            told = json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(told))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
