"""A closed loop: C keep-alive connections, each sends its next delivery when the last one is answered.

One thread over `select.epoll` and plain blocking sockets, no client library: it shares the cores with the servers,
so it must cost little. What it did cost is reported with each round.
"""

import gc
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

PATIENCE_S = 30.0
_HEAD_END = b"\r\n\r\n"
_READY = b"GET /ready HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"


@dataclass
class Round:
    """What one run saw. `latencies` are in milliseconds, `refused` counts answers other than 2xx by status."""

    seconds: float = 0.0
    own_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Accepted deliveries per second."""
        return (len(self.latencies) - self.refused.total()) / self.seconds

    @property
    def own_share(self) -> float:
        """The part of one core that the generator itself took."""
        return self.own_seconds / self.seconds


class Connection:
    """One keep-alive connection with at most one request under way.

    It asks for `/ready` before it counts as open. Opened in one burst, all connections would go to the worker that
    wakes up first; opened one by one, they spread over the workers that share the port, as a proxy's do.
    """

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sent_at = 0.0
        self._received = b""
        self.send(_READY)
        while self.receive() is None:
            pass

    def send(self, request: bytes) -> None:
        """Send one request whole."""
        self._received = b""
        self._sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> tuple[int, float] | None:
        """Read what has come: the status and the latency in ms once the answer is whole, else None."""
        piece = self.socket.recv(65536)
        if not piece:
            raise SystemExit("a server closed a connection in the middle of a run: see its log")
        self._received += piece
        if not is_whole(self._received):
            return None
        return int(self._received[9:12]), (time.perf_counter() - self._sent_at) * 1000


def is_whole(answer: bytes) -> bool:
    """Tell whether these bytes hold a whole HTTP/1.1 answer, of known length, chunked, or without body."""
    head, found, body = answer.partition(_HEAD_END)
    if not found:
        return False
    lower = head.lower()
    if b"\r\ntransfer-encoding: chunked" in lower:
        return body.endswith(b"0\r\n\r\n")
    _, found, rest = lower.partition(b"\r\ncontent-length:")
    return len(body) >= (int(rest.partition(b"\r\n")[0]) if found else 0)


def send(port: int, requests: Sequence[bytes], connections: int) -> Round:
    """Send all requests to 127.0.0.1:port and return what was seen.

    Raises:
        SystemExit: a connection was closed, or nothing was answered for 30 s.
    """
    opened = [Connection(port) for _ in range(min(connections, len(requests)))]
    round_ = Round()
    gc.collect()
    gc.disable()  # a collection would walk thousands of deliveries in the middle of a latency
    try:
        began, own_began = time.perf_counter(), time.process_time()
        _loop(opened, iter(requests), round_)
        round_.seconds = time.perf_counter() - began
        round_.own_seconds = time.process_time() - own_began
    finally:
        gc.enable()
        for connection in opened:
            connection.socket.close()
    return round_


def _loop(opened: list[Connection], requests: Iterator[bytes], round_: Round) -> None:
    by_number = {connection.socket.fileno(): connection for connection in opened}
    with select.epoll() as epoll:
        for number, connection in by_number.items():
            epoll.register(number, select.EPOLLIN)
            connection.send(next(requests))
        busy = len(opened)
        while busy:
            ready = epoll.poll(PATIENCE_S)
            if not ready:
                raise SystemExit(f"no answer for {PATIENCE_S:.0f} s with {busy} deliveries under way")
            for number, _ in ready:
                busy -= _advance(by_number[number], requests, round_)


def _advance(connection: Connection, requests: Iterator[bytes], round_: Round) -> int:
    """Take an answer and send the next request; 1 when this connection has nothing left to do, else 0."""
    answer = connection.receive()
    if answer is None:
        return 0
    status, latency = answer
    round_.latencies.append(latency)
    if not 200 <= status < 300:
        round_.refused[status] += 1
    request = next(requests, None)
    if request is None:
        return 1
    connection.send(request)
    return 0
