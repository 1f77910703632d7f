"""People whom a server comes to know, with everything personal that it was told of them (exercise 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.checks.bench import Bench
from grader.checks.lab import Lab
from grader.sender import Delivery, Event, SimulatedClerk, User


@dataclass(frozen=True)
class Person:
    """Somebody whom the server knows, what it was told of them, and to whom they were disclosed."""

    user: User
    events: tuple[Event, ...]
    sent: tuple[Delivery, ...]
    disclosures: tuple[tuple[str, str], ...]
    """(recipient, recipient_ref)"""


def enrol(
    bench: Bench, lab: Lab, clerk: SimulatedClerk, recipients: Sequence[str] = (), **fields: Any
) -> Person:
    """Let a person sign up, change, sign in from elsewhere, and be disclosed to these recipients."""
    known_as, renamed = (double_name(clerk) for _ in range(2))
    user = clerk.create_user(
        phones=1, username=True, external_id=True, metadata=True, first_name=known_as, **fields
    )
    events = [clerk.user_created(user)]
    user.rename(first_name=renamed)
    user.add_email(primary=True)
    events.append(clerk.user_updated(user))
    user.use_device(clerk.identities.device())
    events.append(clerk.session_created(clerk.open_session(user)))
    return told(bench, lab, user, events, recipients)


def double_name(clerk: SimulatedClerk) -> str:
    """Draw two first names in one: one alone may be in a stranger's town, as in Saint-Étienne."""
    return f"{clerk.identities.first_name()}-{clerk.identities.first_name()}"


def sign_up(bench: Bench, lab: Lab, clerk: SimulatedClerk, recipients: Sequence[str] = ()) -> Person:
    """Let a person sign up, no more, and be disclosed to these recipients."""
    user = clerk.create_user()
    return told(bench, lab, user, [clerk.user_created(user)], recipients)


def told(bench: Bench, lab: Lab, user: User, events: Sequence[Event], recipients: Sequence[str]) -> Person:
    """Send the events of a person, then write to whom they were disclosed."""
    sent = tuple(lab.sender.deliver(event) for event in events)
    for delivery in sent:
        bench.accept(delivery)
    rng = lab.rng(f"disclosures {user.id}")
    disclosures = tuple((recipient, f"ref-{rng.randbytes(9).hex()}") for recipient in recipients)
    for disclosure in disclosures:
        bench.db.execute(
            "INSERT INTO disclosures (clerk_id, recipient, recipient_ref) VALUES (?, ?, ?)",
            parameters=(user.id, *disclosure),
        )
    return Person(user, tuple(events), sent, disclosures)
