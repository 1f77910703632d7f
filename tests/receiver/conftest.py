"""What the receiver's tests share: a database of each kind, empty, with its tables."""

import shutil
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


def with_tables(url: str) -> str:
    """Make the tables in the database of that address."""
    engine = open_engine(url)
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables, made once: a copy costs a tenth of making them."""
    path = tmp_path_factory.mktemp("model") / "receiver.db"
    with_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_model(postgres: Postgres) -> str:
    """The same on PostgreSQL."""
    return with_tables(postgres.new_database())


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on SQLite and then on PostgreSQL.

    A test that asks for `database_url` gets a copy of the model here: making it empty first would be for nothing.
    """
    is_wanted_full = "database_url" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "receiver.db"
        if is_wanted_full:
            shutil.copyfile(request.getfixturevalue("sqlite_model"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_database(like=request.getfixturevalue("postgres_model") if is_wanted_full else None)
    yield url
    server.drop(url)


@pytest.fixture
def database_url(empty_url: str) -> str:
    """The same address, with the tables made."""
    return empty_url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on that database."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()
