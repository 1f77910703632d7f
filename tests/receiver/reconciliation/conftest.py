"""A fake Clerk, a client that never really sleeps, and a receiver on each database."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.privacy.register import Subjects
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.reconciliation.backend_api import BackendApi
from reference_impl.reconciliation.exchange import Exchange
from reference_impl.scenarios.welcome import welcome

from .fake_clerk import SECRET_KEY, FakeClerk, served
from .people import NOW


@pytest.fixture(scope="module")
def server() -> Iterator[FakeClerk]:
    with served() as clerk:
        yield clerk


@pytest.fixture
def clerk(server: FakeClerk) -> FakeClerk:
    """The server, as new."""
    server.reset()
    return server


@pytest.fixture
def sleeps() -> list[float]:
    """The seconds the client would have slept."""
    return []


@pytest.fixture
def api(clerk: FakeClerk, sleeps: list[float]) -> Iterator[BackendApi]:
    """A client that reads three users a page."""
    exchange = Exchange(SECRET_KEY, clerk.url, sleep=sleeps.append, jitter=lambda: 0.5)
    with BackendApi(exchange, page=3) as api:
        yield api


class Time:
    """A clock that goes one millisecond further at each look."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        self.now += 1
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


WELCOMES = Reactions(people=(welcome,))


@pytest.fixture
def receiver(engine: Engine, time: Any) -> Receiver:
    return Receiver(engine=engine, subjects=Subjects("k" * 32), clock=time, reactions=WELCOMES)
