"""What the tests of the other senders share: an intake on an empty database of each kind, and a reaction that listens."""

import pytest
from sqlalchemy import Engine

from reference_impl.privacy.register import Subjects
from reference_impl.providers.intake import Intake
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.reactions import News, Reactions, Writes
from reference_impl.store.outbox import effect

NOW = 1_764_583_260_000
"""In ms, a minute after the first second of the payloads."""


class Listener:
    """What is announced: remembered even if the transaction fails, and written as an effect in it."""

    def __init__(self) -> None:
        self.heard: list[News] = []

    def __call__(self, transaction: Transaction, news: News) -> Writes:
        self.heard.append(news)
        yield effect(
            transaction.dialect,
            key=news.key,
            kind="news",
            destination="the tests",
            now=transaction.now,
            payload=news.payload,
        )


def clock() -> int:
    return NOW


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def subjects() -> Subjects:
    return Subjects("an-erasure-key-of-the-tests")


@pytest.fixture
def intake(engine: Engine, subjects: Subjects, listener: Listener) -> Intake:
    return Intake(engine, subjects, clock, Reactions(news=(listener,)))
