"""Exercise 3: a delivery counts once, whatever happens to it."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from collections.abc import Iterator
from dataclasses import dataclass

from grader.checks import Bench, Check, Failure, Lab, criterion
from grader.checks.bench import Request
from grader.checks.failure import describe
from grader.sender import Delivery, Event, SimulatedClerk, User, faults

PATIENCE_S = 1.0
"""What a row may take to appear once its delivery was answered: a server may work on after its answer."""
LOOK_EVERY_S = 0.005
LOCKED_S = 0.1
"""How long a lock is held to see whether a server answers before it can have written anything."""
USERS_PER_RACE = 4
LATER_MS = 60_000
BREAKDOWN = "grader_breakdown"


def precondition(bench: Bench, lab: Lab) -> None:
    """An ordinary signed delivery is accepted and leaves its row."""
    known_user(bench, lab, lab.clerk("precondition"))


@dataclass(frozen=True)
class Seen:
    """What the database holds of one user's logins: `users.login_count`, and the effects `login_notice`."""

    logins: int
    notices: int


def arrive(bench: Bench, delivery: Delivery) -> None:
    """Demand that the delivery is accepted, and that the same one wrongly signed was refused."""
    bench.refuse(faults.signature_random(delivery))
    bench.accept(delivery)


def known_user(bench: Bench, lab: Lab, clerk: SimulatedClerk) -> User:
    """Make a user whose creation was delivered and has left its row."""
    user = clerk.create_user()
    delivery = lab.sender.deliver(clerk.user_created(user))
    arrive(bench, delivery)
    found = eventually(lambda: bench.db.count("users", "clerk_id = ?", user.id), 1)
    if not found:
        raise Failure(
            sent=delivery.label, expected="une ligne dans users", received="aucune ligne", deliveries=[delivery]
        )
    return user
