"""The fork server: one process that imports what every exercise needs, then forks for each order."""

import contextlib
import gc
import importlib
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from . import confinement
from .channel import Channel
from .warmup import warm_up

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

Become = Callable[[dict[str, Any], list[int], Channel], NoReturn]


def serve(channel: Channel, become_server: Become) -> NoReturn:
    """Import, then fork a server for each order until the engine is gone; the kernel then ends what is left."""
    prepare(channel)
    wake = wake_on_child_end()
    children: set[int] = set()
    while True:
        wait_for_order(channel, wake, children)
        try:
            order, fds = channel.receive()
        except EOFError:
            end_all(children)
        if "kill" in order:
            kill(order["kill"], children)
            continue
        pid = fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            confinement.die_with_parent()
            become_server(order, fds, channel)
        for fd in fds:
            os.close(fd)
        if pid is None:
            channel.send(refused=1)
            continue
        children.add(pid)
        channel.send(pid=pid)


def prepare(channel: Channel) -> None:
    """Import the libraries that servers share; one that is not installed is simply not there."""
    sys.path[:0] = channel.receive()[0]["path"]
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    with contextlib.suppress(ImportError):
        warm_up()
    gc.collect()
    gc.freeze()  # the children share these pages: a collection must not touch them


def wake_on_child_end() -> int:
    """Make a descriptor that can be read when a child has ended."""
    wake, writer = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return wake


def wait_for_order(channel: Channel, wake: int, children: set[int]) -> None:
    """Wait for the engine, and meanwhile tell it which children have ended."""
    control = channel.connection.fileno()
    while not channel.has_line:
        ready, _, _ = select.select([control, wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
        report_ends(channel, children)
        if control in ready:
            return


def fork() -> int | None:
    """Fork; None where the machine has no room for one more process, which may pass."""
    try:
        return os.fork()
    except OSError:
        return None


def kill(pid: int, children: set[int]) -> None:
    """Kill a child; the number of one that has been reaped may by now be another's."""
    if pid in children:
        os.kill(pid, signal.SIGKILL)


def end_all(children: set[int]) -> NoReturn:
    """Kill and reap what still runs, and end."""
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    for pid in children:
        os.waitpid(pid, 0)
    os._exit(0)


def report_ends(channel: Channel, children: set[int]) -> None:
    """Tell the engine which children have ended."""
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        children.discard(pid)
        channel.send(exited=pid, status=status)
