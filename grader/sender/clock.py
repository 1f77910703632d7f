"""The simulated instance's clock: milliseconds that only calls move."""

import random

# Measured on payloads really received from Clerk: an event's envelope is stamped 4 to 22 ms after
# the change that it reports, and a creation writes `updated_at` 18 to 22 ms after `created_at`.
_STAMP_DELAY_MS = (4, 22)
_CREATION_DELAY_MS = (18, 22)
# A step is longer than a stamp's delay: what is stamped before a change is older than the change.
_STEP_MS = (25, 90)


class Clock:
    """Milliseconds since 1970. Every change takes a step, so no two changes share an instant."""

    def __init__(self, rng: random.Random, now_ms: int) -> None:
        self.now_ms = now_ms
        self._rng = rng

    def advance(self, ms: int) -> None:
        """Let `ms` milliseconds pass.

        Raises:
            ValueError: `ms` is negative. A history in disorder is made by sending its events in
                another order, never by turning the clock back.
        """
        if ms < 0:
            raise ValueError(f"the clock only moves forward, got {ms} ms: permute the events instead")
        self.now_ms += ms

    def step(self) -> int:
        """Take the short time that a change needs and return its instant, in milliseconds."""
        self.now_ms += self._rng.randint(*_STEP_MS)
        return self.now_ms

    def finish_creation(self) -> int:
        """Return the first `updated_at` of what was created at the last step."""
        self.now_ms += self._rng.randint(*_CREATION_DELAY_MS)
        return self.now_ms

    def stamp(self, changed_at_ms: int) -> int:
        """Return the envelope `timestamp` (ms) of a change made at `changed_at_ms`; time stands still."""
        return changed_at_ms + self._rng.randint(*_STAMP_DELAY_MS)
