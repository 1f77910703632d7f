"""A session of a simulated user."""

import copy
import random
from typing import Any

from grader.sender.clock import Clock
from grader.sender.ids import new_id
from grader.sender.users import User

# Clerk's default lifetime is seven days; the webhook of a session's expiry does not exist.
_LIFETIME_MS = 7 * 86_400_000
_ABANDON_MS = 30 * 86_400_000
_OPEN_STATUSES = ("active", "pending")


class Session:
    """A session of one user on one device. Made by `SimulatedClerk.open_session`."""

    def __init__(self, user: User, rng: random.Random, clock: Clock, status: str) -> None:
        at_ms = clock.step()
        self.user = user
        self.device = user.devices[-1]
        self._clock = clock
        self._document: dict[str, Any] = {
            "id": new_id("sess", rng, at_ms),
            "object": "session",
            "user_id": user.id,
            "client_id": new_id("client", rng, at_ms),
            "actor": None,
            "status": status,
            "last_active_organization_id": None,
            "last_active_at": at_ms,
            "latest_activity": self.device.activity(rng, at_ms),
            "expire_at": at_ms + _LIFETIME_MS,
            "abandon_at": at_ms + _ABANDON_MS,
            "created_at": at_ms,
            "updated_at": at_ms,
        }

    @property
    def id(self) -> str:
        """The Clerk id, `sess_…`."""
        return str(self._document["id"])

    @property
    def updated_at(self) -> int:
        """The instant of the last change, in milliseconds."""
        return int(self._document["updated_at"])

    def move_to(self, status: str) -> None:
        """Take another status at the clock's next step; a session already in it does not change."""
        if status == self._document["status"]:
            return
        at_ms = self._clock.step()
        self._document.update(status=status, last_active_at=at_ms, updated_at=at_ms)
        if status not in _OPEN_STATUSES:
            self._document["latest_activity"] = None

    def data(self) -> dict[str, Any]:
        """Return the Session object as it is now, with the whole User inside, as Clerk sends it."""
        return {**copy.deepcopy(self._document), "user": self.user.data()}
