"""The machine must be able to isolate: without it these tests prove nothing, so they fail rather than be skipped."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox.engine import Engine
from grader.sandbox.isolation import probe
from tests.attacks.arena import ROOT, processes_below

PLANTED = ("results.json", "report.json", "sitecustomize.py", "usercustomize.py", "evil.pth", "evil.py")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One engine for all the attacks, as a worker has one for all the submissions that it grades."""
    with Engine("fork", "strict") as engine:
        report = probe(engine)
        if not report.strict:
            pytest.fail(
                f"the attacks need the isolation « strict », which this machine does not hold: {report}"
            )
        yield engine


@pytest.fixture(autouse=True)
def _no_process_is_left(engine: Engine) -> Iterator[None]:
    """Whatever was graded, nothing of it runs afterwards."""
    yield
    assert processes_below(engine.folder) == []


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A folder outside of every scratch folder, writable by the grader: it must stay as it is."""
    folder = tmp_path / "canary"
    folder.mkdir()
    (folder / "grades.csv").write_text("alice,12\n", encoding="utf-8")
    yield folder
    assert [path.name for path in folder.iterdir()] == ["grades.csv"]
    assert (folder / "grades.csv").read_text(encoding="utf-8") == "alice,12\n"


@pytest.fixture(scope="session", autouse=True)
def _nothing_was_planted() -> Iterator[None]:
    """No attack leaves a file where Python, pytest or the grader would take it for theirs."""
    before = _planted()
    yield
    assert _planted() == before


def _planted() -> set[Path]:
    top = {ROOT, ROOT / "grader", ROOT / "exercises", Path("/"), Path("/tmp"), Path("/dev/shm")}
    places = (folder / name for folder in top | set(map(Path, sys.path)) for name in PLANTED)
    return {place for place in places if place.exists()}
