"""Telling when servers have got as far as they can: all their threads sleep, for a lock or for a request."""

import time
from collections.abc import Iterable
from pathlib import Path

LOOK_EVERY_S = 0.002
QUIET_LOOKS = 4
"""Who polls a lock wakes for an instant now and then; who works is seen at almost every look."""


def wait_until_at_rest(pids: Iterable[int], until: float) -> None:
    """Wait until no thread of these processes wants the processor, or until `until` (of time.monotonic).

    Unlike a pause of fixed length, it gives a server on a busy machine the time that it needs.
    """
    watched = list(pids)
    quiet = 0
    while quiet < QUIET_LOOKS and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
        quiet = 0 if any(_wants_processor(pid) for pid in watched) else quiet + 1


def _wants_processor(pid: int) -> bool:
    """Tell whether a thread of the process runs or waits for its turn (state R), or reads a disk (D)."""
    return any(_state(stat) in (b"R", b"D") for stat in Path(f"/proc/{pid}/task").glob("*/stat"))


def _state(stat: Path) -> bytes:
    """Read a thread's state, empty once it has ended: `number (name) state …`, the name may hold anything."""
    try:
        _, _, after = stat.read_bytes().rpartition(b")")
    except OSError:
        return b""
    return after.split()[0] if after else b""
