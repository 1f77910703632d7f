"""Health says that the process answers; readiness, that it can work; metrics speak even when the base does not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from tests.receiver.edge.served import ADMIN_TOKEN, Client, client_of, create_app, settings
from tests.receiver.postgres import Postgres
from tests.receiver.privacy.people import A

ADMIN = {"authorization": f"Bearer {ADMIN_TOKEN}"}


def statuses(client: Client) -> dict[str, int]:
    return {
        path: client.request("GET", path, headers=ADMIN).status_code
        for path in ("/health", "/ready", "/metrics")
    }


FINE = {"/health": 200, "/ready": 200, "/metrics": 200}
BROKEN = {"/health": 200, "/ready": 503, "/metrics": 200}


@pytest.fixture
def client(database_url: str):
    with client_of(create_app(settings(database_url))) as client:
        assert statuses(client) == FINE
        assert client.deliver(A.event("user.created")).status_code == 204
        yield client


def test_without_its_tables_it_is_not_ready(client: Client, engine: Engine) -> None:
    SQLModel.metadata.drop_all(engine)

    assert statuses(client) == BROKEN
    assert client.deliver(A.event("user.updated")).status_code == 503
    SQLModel.metadata.create_all(engine)
    assert statuses(client) == FINE
    assert client.deliver(A.event("user.updated")).status_code == 204


@pytest.fixture
def on_sqlite(tmp_path: Path):
    from reference_impl.store.engine import open_engine

    engine = open_engine(url := f"sqlite:///{tmp_path}/receiver.db")
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    with client_of(create_app(settings(url))) as client:
        assert client.deliver(A.event("user.created")).status_code == 204
        yield client, tmp_path


@pytest.mark.parametrize("garbage", [lambda n: b"\0" * n, lambda n: b"garbage." * (n // 8)])
def test_a_file_overwritten_in_place_is_not_ready(garbage: Callable[[int], bytes], on_sqlite) -> None:
    client, folder = on_sqlite
    assert statuses(client) == FINE
    for file in folder.glob("receiver.db*"):
        if not file.name.endswith("-shm"):
            with file.open("r+b") as written:
                written.write(garbage(file.stat().st_size))

    assert statuses(client) == BROKEN
    assert client.deliver(A.event("user.updated")).status_code == 503


def test_a_postgresql_that_is_gone_is_not_ready(postgres: Postgres) -> None:
    from reference_impl.store.engine import open_engine

    url = postgres.new_database()
    engine = open_engine(url)
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    with client_of(create_app(settings(url))) as client:
        assert statuses(client) == FINE
        postgres.drop(url)

        assert statuses(client) == BROKEN
        assert client.deliver(A.event("user.created")).status_code == 503


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer no"}, {"authorization": ADMIN_TOKEN}])
def test_metrics_are_for_the_administrator(headers: dict[str, str], client: Client) -> None:
    answer = client.request("GET", "/metrics", headers=headers)

    assert (answer.status_code, "deliveries_total" in answer.text) == (401, False)
    assert "deliveries_total" in client.request("GET", "/metrics", headers=ADMIN).text


def test_metrics_tell_what_waits(client: Client) -> None:
    client.deliver(b"no json")

    lines = client.request("GET", "/metrics", headers=ADMIN).text.splitlines()

    assert "dead_letters 1.0" in lines
    assert "effects_failed 0.0" in lines
    (age,) = [line for line in lines if line.startswith("outbox_oldest_due_seconds ")]
    assert float(age.split()[1]) > 0  # the welcome
    assert A.clerk_id not in "\n".join(lines)
