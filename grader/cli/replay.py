"""`grader replay`: the deliveries of a failure, again: same id, same body, same faults, signed at this instant."""

import base64
import os
import random
import time
from pathlib import Path

from grader.cli.console import out
from grader.cli.sending import send
from grader.errors import UsageError
from grader.results import Replay
from grader.sender import FAULTS, Delivery, SvixSender
from grader.workspace import find_secret, load_state, require_workspace


def replay_failure(folder: Path, criterion: str | None, url: str, secret: str | None) -> None:
    """Send again what a failed check sent. Raises UsageError if nothing was kept, or nobody answers."""
    require_workspace(folder)
    state = load_state(folder)
    criterion = criterion or state.last
    if criterion is None or criterion not in state.failures:
        kept = f" Échecs gardés : {', '.join(sorted(state.failures))}." if state.failures else ""
        raise UsageError(
            f"Aucune livraison gardée pour {criterion or 'un échec'}.{kept} Lancez d'abord : uv run grader check"
        )
    sender = SvixSender(find_secret(secret, dict(os.environ), folder), random.Random(), time.time)
    out.print(f"Échec [bold]{criterion}[/], rejoué :")
    for replay in state.failures[criterion]:
        send(again(replay, sender), url)


def again(replay: Replay, sender: SvixSender) -> Delivery:
    """Make the delivery afresh: an original signature expires after five minutes, the intended offset is kept."""
    body = base64.b64decode(replay.body_base64)
    delivery = sender.deliver_bytes(body, replay.type, replay.offset_s, svix_id=replay.svix_id)
    for name, arguments in replay.faults:
        delivery = FAULTS[name](delivery, **arguments)
    return delivery
