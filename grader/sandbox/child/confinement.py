"""Taking away what a student's server must not have: the files, the network, other processes, boundless resources."""

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Mapping, Sequence

from . import seccomp

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
CAPABILITY_VERSION_3 = 0x20080522

# Nothing that a server does needs these; the kernel counts the rest per process.
RESOURCES = {
    "memory_bytes": resource.RLIMIT_AS,
    "cpu_s": resource.RLIMIT_CPU,
    "file_bytes": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
}


def limit(limits: Mapping[str, int]) -> None:
    """Set hard limits, in bytes and seconds as their names say; 0 means no limit. A core file is never written."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, value in limits.items():
        if value:
            resource.setrlimit(RESOURCES[name], (value, value))


def end_first() -> None:
    """Ask the kernel to end this process rather than the grader where memory runs short (Linux; elsewhere nothing)."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the one that started it ends (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def confine(readable: Sequence[str], writable: Sequence[str]) -> None:
    """Give up, for ever, every file but these, the network, other processes and any privilege of root.

    Raises:
        OSError or sandlock's SandlockError: the kernel could not do it; the caller must not go on.
    """
    from sandlock import Protection, Sandbox
    from sandlock import confine as landlock

    # What Landlock itself learnt late (signals, truncation, devices) the seccomp filter forbids on any kernel.
    landlock(Sandbox(fs_readable=readable, fs_writable=writable, allow_degraded=list(Protection)))
    _drop_capabilities()
    seccomp.install(os.getpid())


def _drop_capabilities() -> None:
    """Empty the capability sets: a grader that runs as root must not lend its powers."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    if libc.capset(header, struct.pack("IIIIII", 0, 0, 0, 0, 0, 0)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
