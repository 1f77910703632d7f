"""Effects that are due, and who carries them out."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine, Row, insert, select

from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.senders import Effect, EffectFailedError, Lane, Sent
from reference_impl.privacy.register import Subjects
from reference_impl.store.outbox import OUTBOX

from .service import Service, serving

NOW = 1_800_000_000_000


@dataclass
class Hands:
    """A sender that remembers, and answers what it was told to. `then` is called while it sends."""

    answers: list[Sent | EffectFailedError] = field(default_factory=list)
    sent: list[Effect] = field(default_factory=list)
    then: object = None

    def send(self, effect: Effect) -> Sent:
        self.sent.append(effect)
        if callable(self.then):
            self.then()
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, EffectFailedError):
            raise answer
        return answer


class Time:
    """A clock that one sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def subjects() -> Subjects:
    return Subjects("an-erasure-key-of-the-tests")


@pytest.fixture
def dispatcher(engine: Engine, subjects: Subjects, hands: Hands, time: Time) -> Dispatcher:
    return Dispatcher(engine, subjects, Lane("email", hands), time, jitter=lambda: 0.5)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as service:
        yield service


def owe(
    engine: Engine,
    *keys: str,
    clerk_id: str | None = None,
    at: int = NOW,
    kind: str = "art19",
    destination: str = "email",
) -> None:
    """Enter effects as due at the instant `at`, in ms."""
    row = {
        "kind": kind,
        "destination": destination,
        "clerk_id": clerk_id,
        "payload": {"n": 1},
        "created_at": at,
        "next_attempt_at": at,
    }
    with engine.begin() as connection:
        connection.execute(insert(OUTBOX), [{**row, "key": key, "attempts": 0} for key in keys])


def outbox(engine: Engine) -> dict[str, Row]:
    """Every effect, by its key."""
    with engine.connect() as connection:
        return {row.key: row for row in connection.execute(select(OUTBOX))}
