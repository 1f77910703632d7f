"""One HTTP request over a Unix socket, and what came back. Nothing is followed, nothing is interpreted."""

import contextlib
import fcntl
import http.client
import io
import socket
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_RESPONSE_BYTES = 1 << 20
MAX_LINE_BYTES = 8 << 10
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


def timed_out(error: NoAnswerError) -> bool:
    """Tell whether nothing came in time, where a connection that was closed is another thing."""
    return isinstance(error.__cause__, TimeoutError)


class _ShortLines(io.BufferedReader):
    """What a server answers, whose lines are short: the time to parse a header grows with the square of its length."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if len(line) > MAX_LINE_BYTES:
            raise http.client.LineTooLong("line")
        return line


class _Socket(socket.socket):
    """A socket whose time runs from its making: an answer that comes byte by byte has no more than any other."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self._end = time.monotonic() + timeout_s
        self.settimeout(timeout_s)

    @property
    def remaining_s(self) -> float:
        """What is left of its time, in seconds; never 0, which would mean « do not wait »."""
        return max(1e-6, self._end - time.monotonic())

    def makefile(self, *_: Any, **__: Any) -> _ShortLines:  # type: ignore[override]  # http.client asks for "rb" alone
        return _ShortLines(super().makefile("rb", buffering=0))

    def sendall(self, *arguments: Any) -> None:
        self.settimeout(self.remaining_s)
        super().sendall(*arguments)

    def recv_into(self, *arguments: Any) -> int:
        self.settimeout(self.remaining_s)
        if self._end <= time.monotonic():  # an endless answer is always ready
            raise TimeoutError("timed out")
        return super().recv_into(*arguments)


class _UnixConnection(http.client.HTTPConnection):
    """An HTTP connection to a server that listens on a path; the whole exchange takes at most `timeout_s`."""

    sock: _Socket

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost:8000", timeout=timeout_s)
        self._path = path
        self._timeout_s = timeout_s

    def connect(self) -> None:
        """Connect; the time begins."""
        self.sock = _Socket(self._timeout_s)
        self.sock.connect(str(self._path))


def request(
    path: Path,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | Iterator[bytes] | None = None,
    timeout_s: float = REQUEST_TIMEOUT_S,
    on_read: Callable[[], object] | None = None,
) -> Response:
    """Send one request to the server that listens on `path` and read its answer.

    A body in pieces is sent in chunks: no `content-length` tells its size.
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
        if isinstance(body, bytes):
            connection.putheader("content-length", str(len(body)))
        elif body is not None:
            connection.putheader("transfer-encoding", "chunked")
        connection.putheader("connection", "close")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders(body, encode_chunked=not isinstance(body, bytes))
        if on_read is not None:
            _wait_until_taken(connection.sock)
            on_read()
        answer = connection.getresponse()
        content = answer.read(MAX_RESPONSE_BYTES)
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, named, content)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswerError(str(error) or type(error).__name__) from error
    finally:
        connection.close()


def _wait_until_taken(sock: _Socket) -> None:
    """Wait until the other end has read all that was sent: Linux counts what lies unread."""
    unread = struct.pack("i", 0)
    while sock.remaining_s > 1e-6:
        if struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, unread))[0] == 0:
            return
        time.sleep(0.001)
