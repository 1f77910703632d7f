"""Answers made to harm the grader's HTTP client: each ends in time, as an answer or as none."""

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.checks.documents import parse, values_held
from grader.sandbox import http, scratch
from grader.sandbox.http import NoAnswerError, Response

TIMEOUT_S = 1.0
OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS = 1 << 40
ANSWERS: dict[str, tuple[bytes, bytes]] = {
    # what is sent once, and what is then sent again and again
    "nothing": (b"", b""),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n", b""),
    "one byte at a time": (b"", b"H"),
    "a header without end": (OK + b"x: ", b"x" * 4096),
    "headers without end": (OK, b"x: y\r\n"),
    "one header of 60 kB": (
        OK + b'content-type: multipart/mixed; boundary="' + b";" * 60_000 + b'"\r\n\r\n',
        b"",
    ),
    "only « continue »": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body without end": (OK + b"\r\n", b"x" * 4096),
    "a body of 1 TB announced": (OK + b"content-length: %d\r\n\r\n" % ENDLESS, b"x" * 4096),
    "chunks without end": (OK + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 500),
    "a chunk of a size without end": (OK + b"transfer-encoding: chunked\r\n\r\n", b"f" * 4096),
    "trailers without end": (OK + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"x: y\r\n"),
    "a negative length": (OK + b"content-length: -1\r\n\r\nhello", b""),
    "two lengths": (OK + b"content-length: 1\r\ncontent-length: 9\r\n\r\nhello", b""),
    "a status of six digits": (b"HTTP/1.1 200200 OK\r\n\r\n", b""),
    "a status that is no number": (b"HTTP/1.1 OK 200\r\n\r\n", b""),
    "no number that int() would take": (b"HTTP/1.1 \xd9\xa2\xd9\xa0\xd9\xa0 OK\r\n\r\n", b""),
}


class HostileServer:
    """A server that answers whatever it is told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first = self.again = b""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        try:
            connection.recv(1 << 16)
            connection.sendall(self.first)
            while self.again:
                connection.sendall(self.again)
                if len(self.again) == 1:
                    time.sleep(0.05)
            if not self.first:
                connection.recv(1 << 16)  # until the client has had enough
        except OSError:
            return

    def close(self) -> None:
        """Stop."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """A hostile server on a path of its own."""
    folder = scratch.make()
    server = HostileServer(folder / "s")
    yield server
    server.close()
    scratch.remove(folder)


def ask(server: HostileServer) -> Response | None:
    """Send one request; None stands for no answer, and nothing else may come."""
    try:
        return http.request(server.path, "POST", "/", body=b"{}", timeout_s=TIMEOUT_S)
    except NoAnswerError:
        return None


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_made_to_hold_the_client_up_ends_in_time(server: HostileServer, what: str) -> None:
    """The time of a request is counted from its beginning, however often a byte arrives."""
    server.first, server.again = ANSWERS[what]
    began = time.monotonic()

    answer = ask(server)

    assert time.monotonic() - began < TIMEOUT_S + 1.5
    assert answer is None or len(answer.body) <= http.MAX_RESPONSE_BYTES


def test_no_answer_raises_anything_but_no_answer(server: HostileServer) -> None:
    """A thousand answers with a few bytes changed."""
    rng = random.Random(20_261_120)
    whole = (
        OK
        + b'content-type: multipart/mixed; boundary="x"\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nt: x\r\n\r\n',
        OK
        + b"content-type: text/html; charset=utf-8\r\ncontent-length: 5\r\nx: =?utf-8?b?aaaa?=\r\n folded\r\n\r\nhello",
    )
    pieces = (b"\r\n", b"\n", b"\0", b":", b"-1", b"99999999999999", b"=?" * 5, b"\xff")
    for _ in range(1000):
        data = bytearray(rng.choice(whole))
        for _ in range(rng.choice((1, 2, 4, 10))):
            at = rng.randrange(len(data))
            data[at : at + rng.choice((0, 1, 3))] = rng.choice(pieces)
        server.first = bytes(data)
        ask(server)


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"[" * 500_000,
        lambda: b'{"a":' * 100_000,
        lambda: b"9" * 500_000,
        lambda: b'"' + b"\\u0000" * 100_000,
        lambda: b"\xff\xfe" * 1000,
        lambda: b"[1e999, -1e999, NaN]",
        lambda: b'{"a": "' + b"[" * 1000 + b'"}',
    ],
)
def test_json_made_to_break_a_parser_is_an_error_of_value(make: Callable[[], bytes]) -> None:
    """Too deep, too large, no text: ValueError, which the checks expect; or it is read."""
    try:
        document = parse(make())
    except ValueError:
        return
    values_held(document)
