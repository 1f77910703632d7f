"""A server that knows logins too, on each database."""

from collections.abc import Iterator

import pytest

from .keys import PARTY, public_pem
from .served import Client, client_of, create_app, settings


@pytest.fixture
def client(database_url: str) -> Iterator[Client]:
    """A client of a server on an empty database; the tokens of the key « first » are good."""
    chosen = settings(database_url, clerk_jwt_key=public_pem(), clerk_authorized_parties=(PARTY,))
    with client_of(create_app(chosen)) as found:
        yield found
