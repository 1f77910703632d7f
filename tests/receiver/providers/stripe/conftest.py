"""The sender Stripe, mounted alone on an empty database of each kind."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.route import provider_router
from reference_impl.providers.stripe.provider import stripe_provider
from tests.receiver.edge.served import Client, client_of
from tests.receiver.providers.conftest import clock

from .deliveries import OLD_SECRET, ROUTE, SECRET


@pytest.fixture
def stripe() -> Provider:
    return stripe_provider([SECRET, OLD_SECRET], clock)


@pytest.fixture
def client(intake: Intake, stripe: Provider) -> Iterator[Client]:
    app = FastAPI()
    app.include_router(provider_router(ROUTE, intake, [stripe]))
    with client_of(app) as found:
        yield found
