"""One HTTP request over a Unix socket, and what came back. Nothing is followed, nothing is interpreted."""

import fcntl
import http.client
import socket
import struct
import termios
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MAX_RESPONSE_BYTES = 1 << 20
REQUEST_TIMEOUT_S = 10.0
"""Longer than the kit's wait for a lock (5 s), shorter than Svix's patience (15 s)."""


@dataclass(frozen=True)
class Response:
    """The status line, headers (names in lower case) and at most 1 MiB of the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def accepted(self) -> bool:
        """Tell whether the status is 2xx: what Svix calls a success."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Tell whether the status is 4xx."""
        return 400 <= self.status < 500


class NoAnswerError(Exception):
    """The server closed the connection, answered nothing in time, or answered something that is not HTTP."""


class _UnixConnection(http.client.HTTPConnection):
    """An HTTP connection to a server that listens on a path."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost:8000", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def request(
    path: Path,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_s: float = REQUEST_TIMEOUT_S,
    on_read: Callable[[], object] | None = None,
) -> Response:
    """Send one request to the server that listens on `path` and read its answer.

    A server may answer and close before it has read a large body: what it answered still counts.
    `on_read` is called once, when the server has taken the whole request (or will not).

    Raises:
        NoAnswerError: no answer, or none in time.
    """
    connection = _UnixConnection(path, timeout_s)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value.encode("latin-1", "replace"))
        if body is not None:
            connection.putheader("content-length", str(len(body)))
        connection.putheader("connection", "close")
        try:
            connection.endheaders(body)
        except (BrokenPipeError, ConnectionResetError):
            pass
        if on_read is not None:
            _wait_until_taken(connection.sock, timeout_s)
            on_read()
        answer = connection.getresponse()
        content = answer.read(MAX_RESPONSE_BYTES)
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, named, content)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswerError(str(error) or type(error).__name__) from error
    finally:
        connection.close()


def _wait_until_taken(sock: socket.socket, timeout_s: float) -> None:
    """Wait until the other end has read all that was sent: Linux counts what lies unread."""
    end = time.monotonic() + timeout_s
    unread = struct.pack("i", 0)
    while time.monotonic() < end:
        if struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, unread))[0] == 0:
            return
        time.sleep(0.001)
