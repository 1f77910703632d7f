"""Starting, watching and ending the processes of students' servers, behind one interface for both engines."""

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

HERE = Path(__file__).parent
BOOT = (
    "import sys; sys.path.insert(0, sys.argv.pop()); from child.launcher import main; sys.path.pop(0); main()"
)
BARE_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
START_TIMEOUT_S = 30.0


class EngineError(Exception):
    """The grader's own machinery failed: never the student's fault."""


class Process(Protocol):
    """A started server process."""

    pid: int

    def wait(self, timeout_s: float) -> int | None:
        """Wait for the end; the exit code (negative for a signal), or None while it runs."""

    def kill(self) -> None:
        """Kill it, if it still runs."""


class Launcher(Protocol):
    """What starts processes from orders."""

    def start(self, order: dict[str, Any], fds: Sequence[int]) -> Process:
        """Start one process; `fds` are the listening socket, standard output and standard error."""

    @property
    def alive(self) -> bool:
        """Tell whether it can still start processes."""

    def close(self) -> None:
        """End whatever was started."""


def _spawn(mode: str) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the bare interpreter of `child.launcher` and keep our end of its control socket."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-I", "-S", "-c", BOOT, mode, str(theirs.fileno()), str(HERE)]
        # A session of its own: Ctrl-C is for the command, which then ends what it started.
        process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            env=BARE_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
    return process, ours


def _send(control: socket.socket, order: dict[str, Any], fds: Sequence[int] = ()) -> None:
    line = json.dumps(order).encode() + b"\n"
    sent = socket.send_fds(control, [line], list(fds)) if fds else 0
    control.sendall(line[sent:])


class FreshLauncher:
    """A new interpreter for each start: slow, and nothing shared."""

    def start(self, order: dict[str, Any], fds: Sequence[int]) -> Process:
        """Start one interpreter, which becomes the server itself."""
        process, control = _spawn("once")
        with control:
            _send(control, order, fds)
        return _FreshProcess(process)

    @property
    def alive(self) -> bool:
        """There is nothing that could have ended."""
        return True

    def close(self) -> None:
        """Nothing outlives its server."""


class _FreshProcess:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def wait(self, timeout_s: float) -> int | None:
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class ForkLauncher:
    """One bare process that has imported the heavy libraries, and forks for each start."""

    def __init__(self, path: Sequence[str]) -> None:
        self._process, self._control = _spawn("fork")
        self._answers = self._control.makefile("rb")
        self._lock = threading.Lock()
        self._started: dict[int, _ForkedProcess] = {}
        self._new: list[_ForkedProcess | None] = []
        self._gone = False
        self._arrived = threading.Condition()
        _send(self._control, {"path": list(path)})
        self._listener = threading.Thread(target=self._listen, name="fork server", daemon=True)
        self._listener.start()

    def start(self, order: dict[str, Any], fds: Sequence[int]) -> Process:
        """Ask for one fork and wait for it. Raises EngineError."""
        with self._lock:
            try:
                _send(self._control, order, fds)
            except OSError as error:
                raise EngineError("the fork server is gone") from error
            with self._arrived:
                if not self._arrived.wait_for(lambda: self._new or self._gone, START_TIMEOUT_S):
                    raise EngineError("the fork server does not answer")
                if not self._new:
                    raise EngineError("the fork server is gone")
                process = self._new.pop()
        if process is None:
            raise EngineError("the machine lets the fork server start no more processes")
        return process

    @property
    def alive(self) -> bool:
        """Tell whether the fork server still serves."""
        return not self._gone

    def kill(self, pid: int) -> None:
        """Ask for the end of one child; the fork server alone knows that the number is still its own."""
        with self._lock:
            try:
                _send(self._control, {"kill": pid})
            except OSError:
                return

    def close(self) -> None:
        """End the fork server; the kernel kills its children with it."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._listener.join()
        self._answers.close()
        self._control.close()
        self._process.wait()

    def _listen(self) -> None:
        """Read the answers of the fork server until it is gone."""
        try:
            for line in self._answers:
                self._take(json.loads(line))
        except (OSError, ValueError):
            pass
        with self._arrived:
            self._gone = True
            for process in self._started.values():
                process.ended(-9)
            self._arrived.notify_all()

    def _take(self, answer: dict[str, int]) -> None:
        with self._arrived:
            if "pid" in answer:
                # Kept as it is: one that ends at once is no longer among the started when `start` wakes.
                process = self._started[answer["pid"]] = _ForkedProcess(answer["pid"], self)
                self._new.append(process)
                self._arrived.notify_all()
            elif "refused" in answer:
                self._new.append(None)
                self._arrived.notify_all()
            elif "exited" in answer:
                self._started.pop(answer["exited"]).ended(os.waitstatus_to_exitcode(answer["status"]))


class _ForkedProcess:
    def __init__(self, pid: int, launcher: ForkLauncher) -> None:
        self.pid = pid
        self._launcher = launcher
        self._end = threading.Event()
        self._code: int | None = None

    def ended(self, code: int) -> None:
        if not self._end.is_set():
            self._code = code
            self._end.set()

    def wait(self, timeout_s: float) -> int | None:
        return self._code if self._end.wait(timeout_s) else None

    def kill(self) -> None:
        if not self._end.is_set():
            self._launcher.kill(self.pid)
            self._end.wait(START_TIMEOUT_S)


def readable_now(fds: Sequence[int], timeout_s: float) -> list[int]:
    """Tell which descriptors have something to read, or are closed at the other end."""
    poll = select.poll()
    for fd in fds:
        poll.register(fd, select.POLLIN)
    return [fd for fd, _ in poll.poll(timeout_s * 1000)]
