"""Runs the real application in processes of its own, and has one kill itself (-9) at a chosen SQL statement.

`python -m tests.receiver.order.crash_server` imports the application once, then forks for each order read on its
standard input, one JSON object a line:

    {"start": {"socket": PATH, "environment": {…}, "kill_at": N or null}}  -> {"pid": PID}
    {"wait": PID}                                                         -> {"signal": S}, once it has ended
    {"stop": PID}                                                         -> {"signal": 9}

Counted as steps, from 1: each SQL statement before it is sent, each COMMIT before it is sent, and each return of a
connection to the pool, which is right after the COMMIT and before the answer.
"""

import itertools
import json
import os
import signal
import socket
import sys
from typing import Any

import uvicorn
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from reference_impl.app import create_app

BACKLOG = 128


def kill_at_step(step: int) -> None:
    """Have this process kill itself at the step of that rank, whichever thread takes it."""
    steps = itertools.count(1)

    def count(*_: Any) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    event.listen(Pool, "checkin", count)


def start(order: dict[str, Any]) -> int:
    """Fork a server that listens on the socket already when this returns; return its process id."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(order["socket"])
    listening.listen(BACKLOG)
    pid = os.fork()
    if pid == 0:
        try:
            serve(listening, order)
        finally:
            os._exit(1)  # whatever happens, the child does not go on as a second launcher
    listening.close()  # or those who wait for an answer would not see the server die
    return pid


def serve(listening: socket.socket, order: dict[str, Any]) -> None:
    """Serve the application until killed; its journal goes nowhere."""
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(silence, stream)
    os.environ.update(order["environment"])
    if order["kill_at"] is not None:
        kill_at_step(order["kill_at"])
    config = uvicorn.Config(create_app(), log_config=None, access_log=False, lifespan="on")
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Obey until the input ends; leave no server behind."""
    living: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "start" in order:
            pid = start(order["start"])
            living.add(pid)
            answer = {"pid": pid}
        else:
            pid = order.get("wait") or order["stop"]
            answer = {"signal": end(pid, kill="stop" in order)}
            living.discard(pid)
        print(json.dumps(answer), flush=True)
    for pid in living:
        end(pid, kill=True)


def end(pid: int, *, kill: bool) -> int:
    """Wait for the end of a server, or make it; return the signal that ended it."""
    if kill:
        os.kill(pid, signal.SIGKILL)
    return -os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    main()
