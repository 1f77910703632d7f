"""EasyPost and Shippo at one address, on an empty database of each kind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from fastapi import FastAPI

from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.route import provider_router
from reference_impl.providers.shipping.easypost import easypost_provider
from reference_impl.providers.shipping.shippo import shippo_provider
from tests.receiver.edge.served import Client, client_of
from tests.receiver.providers.conftest import clock

from .deliveries import EASYPOST_SECRET, ROUTE, SHIPPO_SECRET, SHIPPO_TOKEN


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
