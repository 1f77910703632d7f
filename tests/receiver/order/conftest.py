"""Pairs of databases: one for the disorder, one for the ordered history it is compared with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import reference_impl.tables  # noqa: F401  the tables are declared by their import
from reference_impl.store.engine import open_engine

from .arena import Arena, arena
from .launcher import Launcher, launched


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Make databases of one kind, with their tables."""
    made: list[str] = []

    def make() -> str:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/order{len(made)}.db"
        else:
            url = request.getfixturevalue("postgres").new_database()
        made.append(url)
        engine = open_engine(url)
        SQLModel.metadata.create_all(engine)
        engine.dispose()
        return url

    yield make
    if request.param == "postgresql":
        for url in made:
            request.getfixturevalue("postgres").drop(url)


@pytest.fixture
def the_arena(new_database: Callable[[], str]) -> Iterator[Arena]:
    """Two receivers on one database and one on another."""
    with arena(new_database(), new_database()) as built:
        yield built


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """What starts real servers."""
    with launched() as opened:
        yield opened
