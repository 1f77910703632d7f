"""`grader replay`: the deliveries of a failure, again: same id, same body, same faults, signed at this instant."""

import base64
import os
import random
import time
from pathlib import Path

from rich.markup import escape

from grader.cli.console import out
from grader.cli.sending import send
from grader.errors import UsageError
from grader.results import Replay
from grader.sender import FAULTS, Delivery, SvixSender
from grader.workspace import find_secret, find_workspace, load_state


def replay_failure(folder: Path, criterion: str | None, url: str, secret: str | None) -> None:
    """Send again what a failed check sent. Raises UsageError if nothing was kept, or nobody answers."""
    folder = find_workspace(folder)
    state = load_state(folder)
    criterion = criterion or state.last
    failure = state.failures.get(criterion or "")
    if criterion is None or failure is None:
        kept = f" Échecs gardés : {', '.join(sorted(state.failures))}." if state.failures else ""
        what = f"pour {criterion}" if criterion else "à rejouer"
        command = f"uv run grader check {criterion}" if criterion else "uv run grader check"
        raise UsageError(
            f"Aucun échec gardé {what}.{kept} Lancez d'abord : {command}. Un échec sans livraison, comme un démarrage "
            "qui aurait dû être refusé, ne se rejoue pas."
        )
    sender = SvixSender(find_secret(secret, dict(os.environ), folder), random.Random(), time.time)
    out.print(f"Échec [bold]{criterion}[/], rejoué sur votre serveur. Attendu : {escape(failure.expected)}")
    for replay in failure.deliveries:
        send(again(replay, sender), url)


def again(replay: Replay, sender: SvixSender) -> Delivery:
    """Make the delivery afresh: an original signature expires after five minutes, the intended offset is kept."""
    body = base64.b64decode(replay.body_base64)
    delivery = sender.deliver_bytes(body, replay.type, replay.offset_s, svix_id=replay.svix_id)
    for name, arguments in replay.faults:
        delivery = FAULTS[name](delivery, **arguments)
    return delivery
