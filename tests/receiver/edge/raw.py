"""HTTP written by hand: what no well-behaved client would send."""

import contextlib
import http.client
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .served import WEBHOOK


@dataclass(frozen=True)
class Answer:
    """An answer, and whether the server then closed the connection."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool


@contextlib.contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A connection to the server; a server that says nothing for 20 s fails the test."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        yield connection


def answer_on(connection: socket.socket, *, head: bool = False) -> Answer:
    """Read one answer, and say whether the server hung up after it."""
    response = http.client.HTTPResponse(connection, method="HEAD" if head else "POST")
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    body = response.read()
    closed = headers.get("connection") == "close"
    if closed:
        with contextlib.suppress(ConnectionError):
            assert connection.recv(1) == b"", "the server said that it would hang up"
    return Answer(response.status, headers, body, closed)


def head_of(
    headers: Mapping[str, str] | Iterable[tuple[str, str]], method: str = "POST", path: str = WEBHOOK
) -> bytes:
    """The first part of a request."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    lines = [f"{method} {path} HTTP/1.1", "host: receiver", *(f"{name}: {value}" for name, value in pairs)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def exchange(port: int, sent: bytes, *, head: bool = False) -> Answer:
    """Send bytes and read the answer."""
    with connected(port) as connection:
        connection.sendall(sent)
        return answer_on(connection, head=head)


def delivery(
    headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes, path: str = WEBHOOK
) -> bytes:
    """A whole request."""
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    return head_of([*pairs, ("content-length", str(len(body)))], path=path) + body
