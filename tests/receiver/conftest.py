"""What the receiver's tests share: a database of each kind, empty, with its tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

import reference_impl.tables  # noqa: F401  the tables are declared by their import
from reference_impl.store.engine import open_engine

from .postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the whole run. Where it cannot start the tests fail: half of what they prove is there."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/receiver.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture
def database_url(empty_url: str) -> str:
    """The same address, with the tables made."""
    engine = open_engine(empty_url)
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    return empty_url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on that database."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()
