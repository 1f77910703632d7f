"""One simulated instance and one endpoint, at a fixed seed."""

import random
import time

import pytest

from grader.sender import Delivery, SimulatedClerk, SvixSender, new_secret

NOW_MS = 1_764_583_200_000


@pytest.fixture
def rng() -> random.Random:
    """The one source of randomness of a test."""
    return random.Random(20251201)


@pytest.fixture
def clerk(rng: random.Random) -> SimulatedClerk:
    """An instance whose clock stands at 1 December 2025, 10:00 UTC."""
    return SimulatedClerk(rng, NOW_MS)


@pytest.fixture
def secret(rng: random.Random) -> str:
    """An endpoint's secret."""
    return new_secret(rng)


@pytest.fixture
def sender(secret: str, rng: random.Random) -> SvixSender:
    """Signs at the true instant: svix's own verification reads the machine's clock."""
    return SvixSender(secret, rng, time.time)


@pytest.fixture
def delivery(sender: SvixSender, clerk: SimulatedClerk) -> Delivery:
    """A good delivery, just signed."""
    return sender.deliver(clerk.user_created(clerk.create_user(metadata=True)))
