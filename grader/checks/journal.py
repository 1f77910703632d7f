"""What a server writes on its output: the journal of its deliveries, and what must stand nowhere in it."""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from grader.checks.bench import ATTEMPTS, Bench
from grader.checks.failure import Failure, describe
from grader.sender import Delivery, SvixSender, spellings

Line = dict[str, Any]
KEYS = frozenset({"svix_id", "type", "outcome"})
PATIENCE_S = 2.0
"""How long a line may take to appear once the answer is there: an honest server has flushed it by then."""
_LOOK_EVERY_S = 0.001


class Journal:
    """Follows the journal of one server; `sent` keeps every delivery that was sent through it."""

    def __init__(self, bench: Bench, sender: SvixSender) -> None:
        self._bench = bench
        self._sender = sender
        self.sent: list[Delivery] = []

    def lines(self, **values: str) -> list[Line]:
        """Give the lines that are JSON objects with the three keys and these values, oldest first."""
        found = map(_parse, self._bench.server.stdout.text().split("\n"))
        return [line for line in found if line and all(line[key] == value for key, value in values.items())]

    def deliver(self, delivery: Delivery) -> int:
        """Send, again after a 5xx as Svix would; give how many lines of its id were there before the last attempt."""
        current = delivery
        for _ in range(ATTEMPTS):
            known = len(self.lines(svix_id=delivery.svix_id))
            self.sent.append(current)
            response = self._bench.send(current)
            if response.status < 500:
                return known
            current = self._sender.resend(delivery)
        raise Failure(
            sent=delivery.label, expected="une réponse 2xx", received=describe(response), deliveries=[delivery]
        )

    def line_of(self, delivery: Delivery, known: int, **values: str) -> Line:
        """Wait for one more line than `known` of the given values, or of the delivery's id. Raises Failure."""
        end = time.monotonic() + PATIENCE_S
        wanted = values or {"svix_id": delivery.svix_id}
        while len(found := self.lines(**wanted)) <= known:
            if time.monotonic() > end:
                raise Failure(
                    sent=delivery.label,
                    expected="aussitôt une ligne de plus sur la sortie standard : un objet JSON avec svix_id, type et outcome",
                    received="aucune ligne de cette livraison",
                    deliveries=[delivery],
                )
            threading.Event().wait(_LOOK_EVERY_S)
        return found[-1]


def leaked(text: str, data: Mapping[str, str]) -> str | None:
    """Give the label of the first datum that stands in the text under any of its spellings, or None."""
    return next((label for label, value in data.items() if any(form in text for form in spellings(value))), None)


def signatures_of(deliveries: Sequence[Delivery]) -> list[str]:
    """List the bare signatures of the deliveries, without their version."""
    return [delivery.headers["svix-signature"].removeprefix("v1,") for delivery in deliveries]


def _parse(text: str) -> Line | None:
    """Read one line of the journal; None for any other text that a server may print."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and line.keys() >= KEYS else None
