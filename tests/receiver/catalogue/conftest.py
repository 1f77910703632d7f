"""A server in production, on each database."""

from collections.abc import Iterator

import pytest

from tests.receiver.edge.served import Client, client_of, create_app, settings


@pytest.fixture
def client(database_url: str) -> Iterator[Client]:
    """A client of a server on an empty database."""
    with client_of(create_app(settings(database_url))) as found:
        yield found
