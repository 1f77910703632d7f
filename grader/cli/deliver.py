"""`grader deliver`: one realistic event, freshly signed, to any endpoint."""

import os
import random
import time
from pathlib import Path

from grader.cli.sending import send
from grader.errors import UsageError
from grader.sender import TYPES, SimulatedClerk, SvixSender
from grader.workspace import find_secret


def deliver_event(type: str, url: str, secret: str | None, seed: int | None) -> None:
    """Send one event of this type. Raises UsageError for an unknown type, no secret, or no server."""
    if type not in TYPES:
        raise UsageError(f"Type inconnu : « {type} ». Types possibles : {', '.join(TYPES)}.")
    rng = random.Random(seed)
    clerk = SimulatedClerk(rng, now_ms=int(time.time() * 1000) - 1000)
    sender = SvixSender(find_secret(secret, dict(os.environ), Path()), rng, time.time)
    send(sender.deliver(TYPES[type](clerk)), url)
