"""What is sent: signed deliveries as the raw bytes of HTTP requests, ready before the clock starts.

People are drawn by `grader.sender`; each delivery is one of them under another id, name and version, so that a body
costs microseconds to make and still looks like Clerk's (about 2 kB for a user, 3 kB for a session).
"""

import json
import random
import time
from typing import Any

from grader.sender import SimulatedClerk, SvixSender
from grader.sender.ids import new_id

PATH = "/api/webhooks/clerk"
TEMPLATES = 200
# Out of a hundred deliveries. The naive peers ignore the sessions, as they would in production.
UPDATED, CREATED = 60, 25
_NAMES = ("Zoé", "Inès", "Łukasz", "Amélie", "Noël", "Chloé", "Günther", "José")


class Stream:
    """An endless history of one instance. `secret` is the endpoint's; `rng` draws everything else.

    `known` holds the ids of the users created so far, those that an update may concern; more can be added.
    """

    def __init__(self, secret: str, rng: random.Random) -> None:
        self.known: list[str] = []
        self._rng = rng
        self._sender = SvixSender(secret, rng, time.time)
        self._now_ms = int(time.time() * 1000)
        clerk = SimulatedClerk(rng, self._now_ms)
        self._users, self._sessions = [], []
        for _ in range(TEMPLATES):
            user = clerk.create_user(username=True, metadata=True)
            self._users.append(clerk.user_updated(user).envelope())
            self._sessions.append(clerk.session_created(clerk.open_session(user)).envelope())

    def creations(self, count: int) -> list[bytes]:
        """Return `count` requests, each for a user never seen."""
        return [self._request(self._created()) for _ in range(count)]

    def mixed(self, count: int) -> list[bytes]:
        """Return `count` requests: 60 % updates and 15 % sessions of known users, 25 % creations.

        Signed now: they must be sent within five minutes.
        """
        return [self._request(self._drawn()) for _ in range(count)]

    def _drawn(self) -> dict[str, Any]:
        draw = self._rng.randrange(100)
        if draw < UPDATED:
            return self._updated()
        return self._created() if draw < UPDATED + CREATED else self._session()

    def _created(self) -> dict[str, Any]:
        id_ = new_id("user", self._rng, self._now_ms)
        self.known.append(id_)
        return self._user("user.created", id_)

    def _updated(self) -> dict[str, Any]:
        return self._user("user.updated", self._rng.choice(self.known))

    def _user(self, type_: str, id_: str) -> dict[str, Any]:
        """Write a template over: shallow copies, the rest is shared and only read."""
        now = self._tick()
        template = self._rng.choice(self._users)
        names = {"first_name": self._rng.choice(_NAMES), "last_name": f"Durand-{now % 10_000}"}
        created = {"created_at": now} if type_ == "user.created" else {}
        data = {**template["data"], "id": id_, **names, **created, "updated_at": now}
        return {**template, "type": type_, "data": data, "timestamp": now}

    def _session(self) -> dict[str, Any]:
        now = self._tick()
        template = self._rng.choice(self._sessions)
        owner = self._rng.choice(self.known)
        ids = {"id": new_id("sess", self._rng, now), "user_id": owner}
        user = {**template["data"]["user"], "id": owner}
        data = {**template["data"], **ids, "user": user, "created_at": now, "updated_at": now}
        return {**template, "data": data, "timestamp": now}

    def _tick(self) -> int:
        """Return the next instant, in milliseconds: every version is newer than those before it."""
        self._now_ms += 1
        return self._now_ms

    def _request(self, envelope: dict[str, Any]) -> bytes:
        body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
        delivery = self._sender.deliver_bytes(body, envelope["type"])
        fields = {"host": "127.0.0.1", **delivery.headers, "content-length": str(len(body))}
        lines = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
