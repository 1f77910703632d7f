"""The sender Resend, mounted alone on an empty database of each kind."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from reference_impl.privacy.register import Subjects
from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.resend.provider import resend_provider
from reference_impl.providers.route import provider_router
from tests.receiver.edge.served import Client, client_of
from tests.receiver.signing import SECRET

from .deliveries import OLD_SECRET, ROUTE


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
