"""The reports that the student's guide shows are those that the grader prints today."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_site.paths import EXAMPLES, ROOT
from tests.gate.mutants import FOLDER, load

COLUMNS = 120


def check(workspace: Path) -> str:
    """What `grader check ex1` prints in a workspace, on a terminal of the width that the guide assumes."""
    env = {**os.environ, "COLUMNS": str(COLUMNS), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    done = subprocess.run(
        [Path(sys.executable).parent / "grader", "check", "ex1"],
        cwd=workspace,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    return done.stdout


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace that nobody has touched."""
    folder = tmp_path / "travail"
    shutil.copytree(ROOT / "exercises", folder, ignore=shutil.ignore_patterns("__pycache__", "shipped.toml"))
    return folder


def shown(name: str) -> list[str]:
    """A transcript of the guide, line by line."""
    return (EXAMPLES / name).read_text(encoding="utf-8").rstrip().split("\n")


def told(report: str) -> list[str]:
    """A report, line by line, without what spaces a terminal adds."""
    return [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", report).strip("\n").split("\n")]


def test_the_first_report_is_that_of_untouched_files(workspace: Path) -> None:
    assert told(check(workspace)) == shown("first_check.txt")


def test_the_failed_report_is_that_of_a_solution_almost_right(workspace: Path) -> None:
    written = load(FOLDER / "ex1_only_library_error.toml").write(workspace.parent)
    shutil.copytree(written, workspace, dirs_exist_ok=True)

    assert told(check(workspace)) == shown("failed_check.txt")
