"""What has not changed is not executed again; what has changed is."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_site.errors import CourseError
from course_site.labs import cache, directive
from tests.labs.notebooks import executed_once, stored

NAME = "1_signature"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what a lab's fingerprint covers."""
    for name in cache.SOURCES:
        source, copy = cache.ROOT / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    return tmp_path


def test_an_executed_lab_is_not_executed_again(tmp_path: Path) -> None:
    """Whatever lies in the cache under a lab's fingerprint is what the site shows, Jupyter installed or not."""
    kept = {**stored(NAME), "metadata": {"seconds": 0.5}}
    mark = cache.fingerprint(cache.NOTEBOOKS / f"{NAME}.ipynb")
    (tmp_path / f"{NAME}-{mark}.ipynb").write_text(json.dumps(kept), encoding="utf-8")

    assert cache.executed(NAME, tmp_path) == kept


def test_execution_fills_the_cache_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    executed_once(NAME)
    folder = cache.cache_folder()

    assert [path.name for path in folder.glob(f"{NAME}-*.ipynb")] == [
        f"{NAME}-{cache.fingerprint(cache.NOTEBOOKS / f'{NAME}.ipynb')}.ipynb"
    ]
    assert list(folder.glob(f"{NAME}-*.part")) == []


@pytest.mark.parametrize(
    "changed",
    [
        "notebooks/1_signature.ipynb",
        "notebooks/figures.py",
        "reference_impl/store/inbox.py",
        "grader/sender/signing.py",
        "pyproject.toml",
    ],
)
def test_a_change_in_what_a_lab_runs_is_another_lab(changed: str, project: Path) -> None:
    notebook = project / "notebooks" / f"{NAME}.ipynb"
    before = cache.fingerprint(notebook, project)
    assert cache.fingerprint(notebook, project) == before
    with (project / changed).open("a", encoding="utf-8") as file:
        file.write("\n")

    assert cache.fingerprint(notebook, project) != before


def test_a_change_in_another_lab_is_none_in_this_one(project: Path) -> None:
    notebook = project / "notebooks" / f"{NAME}.ipynb"
    before = cache.fingerprint(notebook, project)
    (project / "notebooks" / "2_retries.ipynb").write_text("{}", encoding="utf-8")

    assert cache.fingerprint(notebook, project) == before


def test_a_lab_that_is_not_there_stops_the_build() -> None:
    with pytest.raises(CourseError, match="no lab '9_nothing'"):
        cache.executed("9_nothing")
    with pytest.raises(CourseError, match="no lab '9_nothing'"):
        directive.stored("9_nothing")


def test_a_machine_without_jupyter_is_told_what_to_type(tmp_path: Path) -> None:
    code = f"import sys; sys.modules['nbclient'] = None; from course_site.labs import cache; cache.executed({NAME!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cache.ROOT, capture_output=True, text=True,
        env={**os.environ, "LABS_CACHE": str(tmp_path)},
    )  # fmt: skip

    assert done.returncode == 1
    assert "`uv run --group notebooks mkdocs build --strict`" in done.stderr
