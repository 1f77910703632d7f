"""A service on 127.0.0.1: what it is asked, what it answers, and the ways in which it may fail."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    authorization: str
    body: Any


@dataclass(frozen=True)
class Answer:
    """One answer; `lost`: the connection is cut instead of carrying it."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False


class Service:
    """What a fake service has in common. `respond` is its own; a fault in `faults` comes before it."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.faults: list[Answer | None] = []
        self.meanwhile: Callable[[Asked], None] = lambda _asked: None

    def respond(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answer:
        """Answer; a fault that is lost comes after the service did what it was asked, the others instead."""
        self.asked.append(asked)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and not fault.lost:
            return fault
        answer = self.respond(asked)
        self.meanwhile(asked)
        return fault or answer


LOST = Answer(lost=True)


def busy(seconds: int) -> Answer:
    """An answer that asks to wait."""
    return Answer({}, 429, {"Retry-After": str(seconds)})


@contextmanager
def serving(service: Service) -> Iterator[None]:
    """Serve on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query)),
                self.headers.get("Authorization", ""),
                json.loads(sent) if sent else None,
            )
            answer = service.answer(asked)
            if answer.lost:
                self.close_connection = True
                return
            told = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(told))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

        def do_GET(self) -> None:
            self.do_POST()

        def do_PUT(self) -> None:
            self.do_POST()

        def do_PATCH(self) -> None:
            self.do_POST()

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
