"""The bare process behind a student's server: started by the engine, told over a socket what to run.

`python -I -S -c "…; from child.launcher import main; main()" fork FD` imports the heavy libraries once, then forks
for each order. `… once FD` obeys its first order itself. Neither holds a secret or an expected answer:
an order carries only what the contract gives to the student's server.
"""

import contextlib
import os
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from . import confinement, forking
from .channel import Channel

MAX_INHERITED_FD = 256


def main() -> NoReturn:
    """Start in the mode that the command line names."""
    mode, fd = sys.argv[1], int(sys.argv[2])
    confinement.die_with_parent()
    channel = Channel(socket.socket(fileno=fd))
    if mode == "once":
        order, fds = channel.receive()
        become_server(order, fds, channel)
    forking.serve(channel, become_server)


def become_server(order: dict[str, Any], fds: list[int], channel: Channel) -> NoReturn:
    """Turn this process into the student's server, confined; it never returns."""
    if os.getsid(0) != os.getpid():
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
    os.chdir(order["cwd"])
    from . import server

    confinement.end_first()
    confinement.limit(order["limits"])
    if order["readable"] is not None:
        confinement.confine(order["readable"], order["writable"])
    # Only now: what an earlier server of the same student left in these two folders must not run unconfined.
    sys.path.insert(0, order["cwd"])
    sys.pycache_prefix = order["pycache"]
    end_with(lambda: server.run(order["factory"], listener))


def end_with(run: Callable[[], NoReturn]) -> NoReturn:
    """Run to the end and leave at once: taking a forked interpreter apart would cost more than starting it."""
    code = 1
    try:
        run()
    except SystemExit as end:
        if isinstance(end.code, int) or end.code is None:
            code = end.code or 0
        else:
            print(end.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - whatever it is, the student shall read it
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code & 0xFF)
