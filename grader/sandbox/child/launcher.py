"""The bare process behind a student's server: started by the engine, told over a socket what to run.

`python -I -S -c "…; from child.launcher import main; main()" fork FD` imports the heavy libraries once, then forks
for each order. `… once FD` obeys its first order itself. Neither holds a secret or an expected answer:
an order carries only what the contract gives to the student's server.

Order (one line of JSON, with the listening socket, standard output and standard error as attached descriptors):
`{"factory", "cwd", "environ", "path", "pycache", "limits", "readable", "writable"}`; no confinement if `readable` is null.
Answers: `{"pid"}` after a fork, `{"exited", "status"}` (a wait status) for each end. `{"kill": pid}` kills one.
"""

import contextlib
import json
import os
import signal
import socket
import sys
from typing import Any, NoReturn

from . import confinement

FDS_PER_ORDER = 3
MAX_ORDER_BYTES = 1 << 20
MAX_INHERITED_FD = 256

PRELOADED = (
    "anyio._backends._asyncio",
    "fastapi.openapi.utils",
    "fastapi.responses",
    "jwt",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "cryptography.hazmat.primitives.serialization",
    "sandlock",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlmodel",
    "starlette.applications",
    "svix.webhooks",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.h11_impl",
    "uvicorn.loops.asyncio",
)


class Channel:
    """Lines of JSON over the control socket, some with descriptors attached."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._buffer = b""
        self._fds: list[int] = []

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """Wait for one line, and take the descriptors of an order; raises EOFError when the engine is gone."""
        while b"\n" not in self._buffer:
            data, received, _flags, _address = socket.recv_fds(self.connection, MAX_ORDER_BYTES, FDS_PER_ORDER)
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


def main() -> NoReturn:
    """Start in the mode that the command line names."""
    mode, fd = sys.argv[1], int(sys.argv[2])
    confinement.die_with_parent()
    channel = Channel(socket.socket(fileno=fd))
    if mode == "once":
        order, fds = channel.receive()
        become_server(order, fds, channel)
    fork_for_each_order(channel)


def fork_for_each_order(channel: Channel) -> NoReturn:
    """Import what every exercise needs, then fork a server for each order until the engine is gone."""
    import gc
    import select

    channel.send(ready=os.getpid())
    sys.path[:0] = channel.receive()[0]["path"]
    preload()
    gc.collect()
    gc.freeze()  # the children share these pages: a collection must not touch them
    wake, wake_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake_writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        if not channel.has_line:
            control = channel.connection.fileno()
            ready, _, _ = select.select([control, wake], [], [])
            if wake in ready:
                os.read(wake, 4096)
            report_ends(channel)
            if control not in ready:
                continue
        try:
            order, fds = channel.receive()
        except EOFError:
            os._exit(0)  # the kernel kills the children with us
        if "kill" in order:
            kill(order["kill"])
            continue
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            confinement.die_with_parent()
            become_server(order, fds, channel)
        for fd in fds:
            os.close(fd)
        channel.send(pid=pid)


def preload() -> None:
    """Import the libraries that servers share; one that is not installed is simply not there."""
    import importlib

    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def kill(pid: int) -> None:
    """Kill a child; one that has ended is reaped by `report_ends` alone, so its number cannot have been reused."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def report_ends(channel: Channel) -> None:
    """Tell the engine which children have ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        channel.send(exited=pid, status=status)


def become_server(order: dict[str, Any], fds: list[int], channel: Channel) -> NoReturn:
    """Turn this process into the student's server, confined; it never returns."""
    os.setsid()
    listener, stdout, stderr = fds
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a line printed is a line read
    channel.connection.detach()
    for fd in range(3, MAX_INHERITED_FD):
        if fd != listener:
            with contextlib.suppress(OSError):
                os.close(fd)
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.argv[:] = ["server"]
    sys.path[:0] = [p for p in order["path"] if p not in sys.path]
    sys.path.insert(0, order["cwd"])
    sys.pycache_prefix = order["pycache"]
    os.chdir(order["cwd"])
    from . import server

    confinement.limit(order["limits"])
    if order["readable"] is not None:
        confinement.confine(order["readable"], order["writable"])
    server.run(order["factory"], listener)
