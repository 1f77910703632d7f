"""The control socket between the engine and the process that starts servers: lines of JSON.

An order carries the listening socket, standard output and standard error as attached descriptors:
`{"factory", "cwd", "environ", "path", "pycache", "limits", "readable", "writable"}`; `readable` null: no confinement.
Answers of a fork server: `{"pid"}` after a fork, `{"refused"}` where the system refused one, `{"exited", "status"}`
(a wait status) for each end.
`{"kill": pid}` asks for the end of one.
"""

import json
import socket
from typing import Any

FDS_PER_ORDER = 3
MAX_ORDER_BYTES = 1 << 20


class Channel:
    """Lines of JSON over the control socket, some with descriptors attached."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._buffer = b""
        self._fds: list[int] = []

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """Wait for one line, and take the descriptors of an order; raises EOFError when the engine is gone."""
        while b"\n" not in self._buffer:
            data, received, _flags, _address = socket.recv_fds(
                self.connection, MAX_ORDER_BYTES, FDS_PER_ORDER
            )
            if not data:
                raise EOFError
            self._buffer += data
            self._fds += received
        line, _, self._buffer = self._buffer.partition(b"\n")
        message = json.loads(line)
        taken = FDS_PER_ORDER if "factory" in message else 0
        fds, self._fds = self._fds[:taken], self._fds[taken:]
        return message, fds

    def send(self, **answer: int) -> None:
        """Send one line."""
        self.connection.sendall(json.dumps(answer).encode() + b"\n")

    @property
    def has_line(self) -> bool:
        """Tell whether a whole line was already read along with the one before it."""
        return b"\n" in self._buffer
