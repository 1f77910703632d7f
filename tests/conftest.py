"""What all tests of a run share, whichever of its processes they run in: a folder, and the labs, executed once."""

import importlib.util
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this run see."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session", autouse=True)
def labs_of_this_run(shared: Path) -> None:
    """Let whoever needs an executed lab execute it, once a run: results of another day would prove nothing.

    On a machine without Jupyter the site is built without the labs' results; in CI that is a failure. Who sets
    `LABS_CACHE` beforehand keeps the results for what comes after the tests.
    """
    if importlib.util.find_spec("nbclient") is None and not os.environ.get("CI"):
        os.environ["LABS"] = "off"
    else:
        os.environ.setdefault("LABS_CACHE", str(shared / "labs"))
