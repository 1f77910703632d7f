"""The application on each database, and what the tests of privacy ask of it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from reference_impl.app import build_receiver, create_app
from reference_impl.privacy.disclosures import disclose
from reference_impl.receiving.receive import Receiver
from tests.receiver.edge.served import Client, client_of, settings

from .people import A, B, Person, history


@pytest.fixture
def client(database_url: str) -> Iterator[Client]:
    with client_of(create_app(settings(database_url))) as client:
        yield client


@pytest.fixture
def receiver(database_url: str) -> Iterator[Receiver]:
    receiver = build_receiver(settings(database_url))
    yield receiver
    receiver.engine.dispose()


def live(client: Client, person: Person, other: Person) -> None:
    """Let everything happen that can happen to a person."""
    for event in history(person, other):
        assert client.deliver(event).status_code == 204


def tell_partners(receiver: Receiver, person: Person) -> None:
    """Disclose the person to two partners."""
    with receiver.engine.begin() as connection:
        for partner in ("mail", "crm"):
            disclose(
                connection, receiver.subjects, person.clerk_id, partner, f"{partner}-ref-{person.tag[0]}", 1
            )


@pytest.fixture
def lived(client: Client, receiver: Receiver, engine: Engine) -> Client:
    """Two people who have lived in the database, dead letters and disclosures included."""
    live(client, A, B)
    live(client, B, A)
    for person in (A, B):
        tell_partners(receiver, person)
        broken = f'{{"type": "user.updated", "data": {{"mail": "{person.second}"'.encode()
        assert client.deliver(broken, f"msg_broken{person.tag}").status_code == 204
        nameless = person.profile()
        del nameless["data"]["id"]
        assert client.deliver(nameless, f"msg_nameless{person.tag}").status_code == 204
    return client
