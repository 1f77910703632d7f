"""The sender Resend, mounted alone on an empty database of each kind, with a reaction that notes what it hears."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from reference_impl.privacy.register import Subjects
from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.resend.provider import resend_provider
from reference_impl.providers.route import provider_router
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.reactions import News, Reactions, Writes
from reference_impl.store.outbox import effect
from tests.receiver.edge.served import Client, client_of
from tests.receiver.signing import SECRET

from .deliveries import NOW, OLD_SECRET, ROUTE


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


@pytest.fixture
def resend(subjects: Subjects) -> Provider:
    """Resend as a prudent receiver knows it: without openings and clicks."""
    return resend_provider([SECRET, OLD_SECRET], subjects)


@pytest.fixture
def watchful(subjects: Subjects) -> Provider:
    """Resend, with openings and clicks."""
    return resend_provider([SECRET, OLD_SECRET], subjects, track_opens=True)


@pytest.fixture
def client(intake: Intake, resend: Provider) -> Iterator[Client]:
    yield from mounted(intake, resend)


@pytest.fixture
def watching(intake: Intake, watchful: Provider) -> Iterator[Client]:
    yield from mounted(intake, watchful)


def mounted(intake: Intake, provider: Provider) -> Iterator[Client]:
    app = FastAPI()
    app.include_router(provider_router(ROUTE, intake, [provider]))
    with client_of(app) as found:
        yield found
