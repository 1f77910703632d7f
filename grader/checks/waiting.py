"""Telling when servers have got as far as they can: every thread of theirs sleeps, before a lock or for a request."""

import time
from collections.abc import Iterable
from pathlib import Path

LOOK_EVERY_S = 0.002
QUIET_LOOKS = 4
"""A thread that polls a lock wakes for an instant now and then; one that works is seen at almost every look."""


def wait_until_at_rest(pids: Iterable[int], until: float) -> None:
    """Wait until no thread of these processes wants the processor, or until the instant `until` (time.monotonic).

    Unlike a pause of fixed length, it gives a server on a busy machine the time that it needs.
    """
    watched = list(pids)
    quiet = 0
    while quiet < QUIET_LOOKS and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
        quiet = 0 if any(_wants_processor(pid) for pid in watched) else quiet + 1


def _wants_processor(pid: int) -> bool:
    """Tell whether a thread of the process is running or waits for its turn (state R, or D while it reads a file)."""
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            # `number (name) state …`: the name may hold anything, parentheses too.
            state = (task / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
            if state in "RD":
                return True
    except (OSError, IndexError):
        return False  # it has ended, or ends
    return False
