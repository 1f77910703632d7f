"""The probe: a server that tries everything a student's server must not do, and tells what it managed.

It runs through the same path as a student's server (same engine, same confinement), so what it could not do,
no student's code can. Each attempt answers True when the forbidden thing was done.
"""

import ctypes
import json
import mmap
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

TARGETS: dict[str, Any] = json.loads(os.environ.get("PROBE_TARGETS", "{}"))


def create_app() -> Callable[..., Any]:
    """Make an ASGI application that answers any request with `{attempt: done}`."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = json.dumps({name: attempt() for name, attempt in ATTEMPTS.items()}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    return app


def managed(action: Callable[[], object]) -> bool:
    """Tell whether an action went through."""
    try:
        action()
    except (OSError, ImportError, MemoryError, ValueError, RuntimeError, subprocess.SubprocessError):
        return False
    return True


def read(path: str) -> bool:
    """Read a file or list a folder."""
    return managed(lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))


def write_outside() -> bool:
    """Write in a folder that is not ours, in the installation, or change a file's metadata."""
    places = [
        os.path.join(TARGETS["outside"], "written"),
        os.path.join(os.path.dirname(os.__file__), "written"),
    ]
    return any(managed(lambda path=path: open(path, "w").close()) for path in places) or managed(  # type: ignore[misc]
        lambda: os.chmod(TARGETS["secret_file"], 0o777)
    )


def connect(family: socket.AddressFamily, kind: socket.SocketKind, address: Any) -> bool:
    """Reach an address that somebody listens on."""

    def reach() -> None:
        with socket.socket(family, kind) as s:
            s.settimeout(1)
            s.connect(address)
            s.send(b"x")

    return managed(reach)


def import_ours() -> bool:
    """Import the grader, the reference or the course."""
    sys.path.append(TARGETS["root"])
    try:
        return any(managed(lambda name=name: __import__(name)) for name in TARGETS["packages"])  # type: ignore[misc]
    finally:
        sys.path.remove(TARGETS["root"])


def see_processes() -> bool:
    """Read what the system says of another process."""
    return any(read(f"/proc/{TARGETS['pid']}/{name}") for name in ("cmdline", "environ", "maps"))


def disturb() -> bool:
    """Signal another process, slow it down, or bound its resources."""
    pid = TARGETS["pid"]
    # RLIMIT_CORE is harmless to change: the probe must not harm the grader that it may reach.
    return (
        managed(lambda: os.kill(pid, 0))
        or managed(lambda: os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid)))
        or managed(lambda: resource.prlimit(pid, resource.RLIMIT_CORE))
    )


def make_process() -> bool:
    """Fork, or start a program: what could outlive this run."""

    def fork() -> None:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)

    return managed(fork) or managed(lambda: subprocess.run(["/bin/true"], check=True, timeout=5))


def make_link() -> bool:
    """Leave a link or a special file in the scratch folder, to lead its reader astray."""
    here = os.environ["HOME"]
    return (
        managed(lambda: os.symlink("/etc", os.path.join(here, "link")))
        or managed(lambda: os.link(__file__, os.path.join(here, "hard")))
        or managed(lambda: os.mkfifo(os.path.join(here, "fifo")))
    )


def exceed_memory() -> bool:
    """Reserve more memory than a server may have; none of it is used, for who uses much is stopped in another way."""
    return managed(lambda: mmap.mmap(-1, TARGETS["memory_bytes"] + 1).close())


def hide_memory() -> bool:
    """Take memory that the limit does not count: a file without a name or a folder."""
    return managed(lambda: os.close(os.memfd_create("probe")))


def outlive() -> bool:
    """Undo what ends this process with the grader."""
    signal_at_parents_end = 1
    return bool(ctypes.CDLL(None).prctl(signal_at_parents_end, 0, 0, 0, 0) == 0)


def exceed_file() -> bool:
    """Write a file larger than a server may write."""
    path = os.path.join(os.environ["HOME"], "large")
    # Python ignores SIGXFSZ, so that the write itself fails.
    try:
        return managed(lambda: _write(path, TARGETS["file_bytes"] + 1))
    finally:
        if os.path.exists(path):
            os.unlink(path)


def _write(path: str, size: int) -> None:
    with open(path, "wb") as file:
        file.seek(size)
        file.write(b"x")


def raise_limits() -> bool:
    """Take back a limit that was set, or a privilege that was dropped."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    unlimited = hard == resource.RLIM_INFINITY
    raised = managed(lambda: resource.setrlimit(resource.RLIMIT_CPU, (soft, hard + 1)))
    return unlimited or raised or managed(lambda: os.chroot("/"))


ATTEMPTS: dict[str, Callable[[], bool]] = {
    "read_outside": lambda: any([read(path) for path in TARGETS["unreadable"]]),
    "write_outside": write_outside,
    "import_grader": import_ours,
    "reach_network": lambda: (
        connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", TARGETS["tcp_port"]))
        or connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", TARGETS["tcp_port"]))
    ),
    "reach_local_socket": lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, TARGETS["unix_socket"]),
    "see_processes": see_processes,
    "disturb_processes": disturb,
    "start_processes": make_process,
    "leave_links": make_link,
    "outlive_grader": outlive,
    "exceed_memory": exceed_memory,
    "hide_memory": hide_memory,
    "exceed_file": exceed_file,
    "raise_limits": raise_limits,
}
