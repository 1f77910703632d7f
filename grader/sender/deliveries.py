"""Deliveries: an event written as bytes, addressed and signed. They are plain values; others send them."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from grader.sender.events import Event
from grader.sender.ids import new_id
from grader.sender.signing import Signer
from grader.sender.styles import BodyStyle

FRESHLY_SIGNED = ", signée à l'instant"
_USER_AGENT = "Svix-Webhooks/1.84.0 (sender-9YMgn)"


@dataclass(frozen=True)
class Delivery:
    """One HTTP request to come. `timestamp` is in seconds, `offset_s` seconds from the true instant.

    `label` says in French, for a report, what this delivery is; `subject` is its beginning, what was
    delivered before any fault. `faults` names the faults with their arguments, so that they can be
    applied again to the same delivery signed afresh.
    """

    svix_id: str
    timestamp: int
    offset_s: int
    type: str | None
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False, hash=False)
    label: str
    subject: str
    faults: tuple[tuple[str, dict[str, str | int]], ...] = field(default=(), hash=False)


class SvixSender:
    """Signs for one endpoint. `clock` gives seconds since 1970, as `time.time` does.

    Raises:
        ValueError: the secret is not `whsec_` and strict base64.
    """

    def __init__(self, secret: str, rng: random.Random, clock: Callable[[], float]) -> None:
        self.secret = secret
        self._signer = Signer(secret)
        self._rng = rng
        self._clock = clock

    def deliver(
        self, event: Event, offset_s: int = 0, style: BodyStyle | None = None, *, svix_id: str | None = None
    ) -> Delivery:
        """Write the event as JSON (in a drawn style unless given) and sign it under a fresh id.

        `offset_s` shifts the signed instant: -360 is six minutes old, out of the tolerance of 300 s.
        """
        body = (style or BodyStyle.draw(self._rng)).write(event.envelope())
        return self.deliver_bytes(body, event.type, offset_s, svix_id=svix_id)

    def deliver_bytes(
        self,
        body: bytes,
        type: str | None = None,
        offset_s: int = 0,
        *,
        label: str | None = None,
        svix_id: str | None = None,
    ) -> Delivery:
        """Sign any bytes, JSON or not, UTF-8 or not.

        `label` begins the French label in place of the type, as « livraison d'un corps vide » does.
        """
        now_s = math.floor(self._clock())
        svix_id = svix_id or new_id("msg", self._rng, now_s * 1000)
        subject = label or type or f"livraison d'un corps de {len(body)} octets"
        unsigned = Delivery(svix_id, now_s, offset_s, type, body, {}, "", subject)
        return self._signed(unsigned, now_s)

    def resend(self, delivery: Delivery) -> Delivery:
        """Sign the same id and body at the present instant, as Svix does at each attempt.

        The offset is kept, a fault of the headers is mended: to replay a fault, resend the good
        delivery and apply the fault again. Another endpoint's delivery is signed with this one's
        secret: that is what happens while two endpoints share an address.
        """
        return self._signed(delivery, math.floor(self._clock()))

    def sign(self, svix_id: str, timestamp_s: int, body: bytes) -> str:
        """Return the bare signature, `v1,<base64>`."""
        return self._signer.sign(svix_id, timestamp_s, body)

    def _signed(self, delivery: Delivery, now_s: int) -> Delivery:
        timestamp = now_s + delivery.offset_s
        headers = {
            "svix-id": delivery.svix_id,
            "svix-timestamp": str(timestamp),
            "svix-signature": self.sign(delivery.svix_id, timestamp, delivery.body),
            "content-type": "application/json",
            "user-agent": _USER_AGENT,
        }
        label = f"{delivery.subject}{_dating(delivery.offset_s)}"
        return replace(delivery, timestamp=timestamp, headers=headers, label=label, faults=())


def _dating(offset_s: int) -> str:
    """Say when a delivery is signed."""
    if offset_s == 0:
        return FRESHLY_SIGNED
    return f", horodatée {abs(offset_s)} s {'dans le passé' if offset_s < 0 else 'dans le futur'}"
