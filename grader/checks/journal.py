"""What a server writes on its output: the journal of its deliveries, and what must stand nowhere in it."""

import json
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from grader.checks.bench import ATTEMPTS, Bench
from grader.checks.failure import Failure, describe
from grader.sandbox.http import Response
from grader.sender import Delivery, SvixSender, spellings

Line = dict[str, Any]
KEYS = frozenset({"svix_id", "type", "outcome"})
PATIENCE_S = 2.0
"""How long a line may take to appear once the answer is there: an honest server has flushed it by then."""
_LOOK_EVERY_S = 0.001


@dataclass(frozen=True)
class Told:
    """A delivery that was answered, the outcome that the statement gives it, and its line."""

    delivery: Delivery
    outcome: str
    line: Line


class Journal:
    """Follows the journal of one server. `sent` keeps every delivery that was sent through it."""

    def __init__(self, bench: Bench, sender: SvixSender) -> None:
        self._bench = bench
        self._sender = sender
        self.sent: list[Delivery] = []
        self._read = 0
        self._lines: list[Line] = []

    def lines(self, **values: str) -> list[Line]:
        """Give the lines that are JSON objects with the three keys and these values, oldest first.

        Whole lines are parsed once: a server may write millions, and is looked at a thousand times.
        """
        written = self._bench.server.stdout.text()[self._read :]
        whole, newline, begun = written.rpartition("\n")
        self._read += len(whole) + len(newline)
        self._lines += filter(None, map(_parse, whole.split("\n")))
        last = _parse(begun)
        found = [*self._lines, last] if last else self._lines
        return [line for line in found if all(line[key] == value for key, value in values.items())]

    def send(self, delivery: Delivery) -> Response:
        """Send a delivery once."""
        self.sent.append(delivery)
        return self._bench.send(delivery)

    def deliver(self, delivery: Delivery) -> tuple[Response, int]:
        """Send, again after a 5xx as Svix would; give how many lines it had before the last attempt."""
        current = delivery
        for _ in range(ATTEMPTS):
            known = len(self.lines(svix_id=delivery.svix_id))
            response = self.send(current)
            if response.status < 500 or delivery.faults:  # to sign again would mend the fault
                break
            current = self._sender.resend(delivery)
        return response, known

    def told(self, delivery: Delivery, outcome: str) -> Told:
        """Deliver what must be accepted, or refused if the outcome is `rejected`, and wait for its line."""
        response, known = self.deliver(delivery)
        if not (response.refused if outcome == "rejected" else response.accepted):
            expected = "un refus (4xx)" if outcome == "rejected" else "une réponse 2xx"
            raise Failure(
                sent=delivery.label, expected=expected, received=describe(response), deliveries=[delivery]
            )
        return Told(delivery, outcome, self.line_of(delivery, known))

    def line_of(self, delivery: Delivery, known: int, **values: str) -> Line:
        """Wait for one more line than `known` of the delivery's id, or of other values. Raises Failure."""
        end = time.monotonic() + PATIENCE_S
        wanted = values or {"svix_id": delivery.svix_id}
        while len(found := self.lines(**wanted)) <= known:
            if time.monotonic() > end:
                raise Failure(
                    sent=delivery.label,
                    expected="aussitôt une ligne JSON sur la sortie standard, avec svix_id, type et outcome",
                    received="aucune ligne pour cette livraison",
                    deliveries=[delivery],
                )
            threading.Event().wait(_LOOK_EVERY_S)
        return found[-1]

    def demand_one_line_each(self) -> None:
        """Demand that no delivery has more lines than it was sent times."""
        ids = [delivery.svix_id for delivery in self.sent]
        for delivery in self.sent:
            if len(self.lines(svix_id=delivery.svix_id)) > ids.count(delivery.svix_id):
                raise Failure(
                    sent=delivery.label,
                    expected="une seule ligne JSON pour chaque livraison",
                    received="plusieurs lignes",
                    deliveries=[delivery],
                )

    def demand_no_secret(self, secrets: Collection[str]) -> None:
        """Demand that neither a secret nor the signature of anything that was sent stands in the output."""
        signatures = [delivery.headers["svix-signature"].removeprefix("v1,") for delivery in self.sent]
        for said, hidden in (("un secret de signature", secrets), ("une signature", signatures)):
            if where := self._where(hidden):
                expected = "ni secret ni signature sur la sortie"
                raise Failure(sent=_ALL, expected=expected, received=f"{said}, sur {where}")

    def demand_nothing_personal(self, data: Mapping[str, str]) -> None:
        """Demand that none of the data (label -> value) stands in the output, under any of its spellings."""
        for label, value in data.items():
            if where := self._where(spellings(value)):
                expected = "aucune donnée personnelle sur la sortie"
                raise Failure(sent=_ALL, expected=expected, received=f"{label}, sur {where}")

    def _where(self, texts: Collection[str]) -> str | None:
        """Tell which output holds one of the texts, if any."""
        server = self._bench.server
        outputs = {"la sortie standard": server.stdout.text(), "la sortie d'erreur": server.stderr.text()}
        return next((name for name, said in outputs.items() if any(text in said for text in texts)), None)


_ALL = "les livraisons de ce critère"


def _parse(text: str) -> Line | None:
    """Read one line of the journal; None for any other text that a server may print."""
    if "{" not in text:
        return None
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and line.keys() >= KEYS else None
