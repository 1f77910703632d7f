"""EasyPost and Shippo at one address, on an empty database of each kind, with a reaction that notes what it hears."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from reference_impl.privacy.register import Subjects
from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.route import provider_router
from reference_impl.providers.shipping.easypost import easypost_provider
from reference_impl.providers.shipping.shippo import shippo_provider
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.reactions import News, Reactions, Writes
from reference_impl.store.outbox import effect
from tests.receiver.edge.served import Client, client_of

from .deliveries import EASYPOST_SECRET, NOW, ROUTE, SHIPPO_SECRET, SHIPPO_TOKEN


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
def intake(engine: Engine, listener: Listener) -> Intake:
    return Intake(engine, Subjects("an-erasure-key-of-the-tests"), clock, Reactions(news=(listener,)))


@pytest.fixture
def easypost() -> Provider:
    return easypost_provider(EASYPOST_SECRET)


@pytest.fixture
def shippo() -> Provider:
    return shippo_provider(SHIPPO_SECRET, None, clock)


@pytest.fixture
def with_token() -> Provider:
    """Shippo before its support has given a secret."""
    return shippo_provider(None, SHIPPO_TOKEN, clock)


Mount = Callable[..., Client]


@pytest.fixture
def mount(intake: Intake) -> Iterator[Mount]:
    """A client of an application that knows these senders only."""
    with ExitStack() as stack:

        def mounted(*providers: Provider) -> Client:
            app = FastAPI()
            app.include_router(provider_router(ROUTE, intake, providers))
            return stack.enter_context(client_of(app))

        yield mounted


@pytest.fixture
def client(mount: Mount, easypost: Provider, shippo: Provider) -> Client:
    return mount(easypost, shippo)
