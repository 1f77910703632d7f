"""A student's server as the suites see it: HTTP, output, end."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Self

from grader.sandbox import http
from grader.sandbox.http import NoAnswerError, Response
from grader.sandbox.limits import Limits
from grader.sandbox.process import Process, readable_now
from grader.sandbox.usage import excess

WATCH_EVERY_S = 0.2


class Output:
    """The bytes written to one stream, drained as they come so that the server never waits for a reader."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.total = 0

    def feed(self, data: bytes) -> None:
        """Keep the bytes up to the limit and count them all."""
        self.total += len(data)
        self._kept += data[: max(0, self._limit - len(self._kept))]

    @property
    def exceeded(self) -> bool:
        """Tell whether more was written than a server may write."""
        return self.total > self._limit

    def text(self) -> str:
        """Give what was kept, any byte sequence made readable."""
        return bytes(self._kept).decode("utf-8", "backslashreplace")


class Server:
    """One running (or refused) server. A context manager: leaving it kills the process."""

    def __init__(
        self, process: Process, socket_path: Path, pipes: tuple[int, int], limits: Limits, folder: Path
    ) -> None:
        self._process = process
        self._socket_path = socket_path
        self._limits = limits
        self._folder = folder
        self._pipes = pipes
        self.stdout = Output(limits.output_bytes)
        self.stderr = Output(limits.output_bytes)
        self.stopped_because: str | None = None
        self._drained = threading.Event()
        threading.Thread(target=self._watch, name=f"watch {process.pid}", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The number of the process, for who watches how far it has got."""
        return self._process.pid

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterator[bytes] | None = None,
        timeout_s: float = http.REQUEST_TIMEOUT_S,
        on_read: Callable[[], object] | None = None,
    ) -> Response:
        """Send one request. Raises NoAnswerError."""
        return http.request(
            self._socket_path,
            method,
            target,
            headers=headers,
            body=body,
            timeout_s=timeout_s,
            on_read=on_read,
        )

    def exit_code(self, timeout_s: float = 0.0) -> int | None:
        """Wait at most `timeout_s` for the end; the exit code (negative for a signal), None while it runs."""
        return self._process.wait(timeout_s)

    def stop(self, why: str) -> None:
        """End a server that goes on for no use; `why` (in French) is what a report will say."""
        self.stopped_because = self.stopped_because or why
        self._process.kill()

    def kill(self) -> None:
        """End the process as `kill -9` would, and keep what it wrote."""
        self._process.kill()
        self._drained.wait(5)
        self._socket_path.unlink(missing_ok=True)

    def _watch(self) -> None:
        """Drain both streams; stop a server that writes too much, uses too much or outstays its time."""
        outputs = dict(zip(self._pipes, (self.stdout, self.stderr), strict=True))
        deadline = time.monotonic() + self._limits.lifetime_s
        next_look = time.monotonic() + WATCH_EVERY_S
        while outputs:
            for fd in readable_now(list(outputs), WATCH_EVERY_S):
                data = os.read(fd, 1 << 16)
                if data:
                    outputs[fd].feed(data)
                else:
                    outputs.pop(fd)
                    os.close(fd)
            now = time.monotonic()
            if self.stopped_because is None and (
                now >= next_look or self.stdout.exceeded or self.stderr.exceeded
            ):
                self._stop_if_beyond(deadline - now)
                next_look = now + WATCH_EVERY_S
        self._drained.set()

    def _stop_if_beyond(self, remaining_s: float) -> None:
        why = excess(self.pid, self._folder, self._limits)
        if self.stdout.exceeded or self.stderr.exceeded:
            why = f"plus de {self._limits.output_bytes >> 20} Mio écrits sur la sortie"
        elif remaining_s <= 0:
            why = f"plus de {self._limits.lifetime_s:.0f} s de marche"
        if why:
            self.stop(why)


def listen(path: Path) -> socket.socket:
    """Open the socket that a server will inherit. Requests sent before it serves wait in the queue."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(128)
    return listener


__all__ = ["NoAnswerError", "Output", "Response", "Server", "listen"]
