"""Where hostile submissions meet the grader: how they are made, graded, and what must not have changed afterwards."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from grader.exercises import load
from grader.grading import Request
from grader.paths import EXERCISES
from grader.results import ExerciseResult
from grader.sandbox.engine import Engine
from grader.submissions import Submission
from grader.workers import Job, grade

ROOT = Path(__file__).parents[2]
STUBS = EXERCISES
SOLUTIONS = ROOT / "reference_impl" / "solutions"
HOSTILE = Path(__file__).parent / "submissions"
EX1 = "ex1_signature"

# A wall time that no honest machine reaches: a bound on the harm, no measure of speed.
BOUNDED_S = 120.0


def make(
    folder: Path,
    *,
    base: Path = SOLUTIONS,
    exercise: str = EX1,
    attack: str = "",
    files: dict[str, str] | None = None,
) -> Path:
    """Write a submission of one exercise: the stub's or the solution's files, with `attack` before its `app.py`.

    `attack` is Python source, or the name of a file of `submissions/`; `files` are more files by their path in it.
    """
    shutil.copytree(base / exercise, folder / exercise, ignore=shutil.ignore_patterns("__pycache__"))
    app = folder / exercise / "app.py"
    source = (HOSTILE / attack).read_text(encoding="utf-8") if attack.endswith(".py") else attack
    app.write_text(f"{source}\n{app.read_text(encoding='utf-8')}", encoding="utf-8")
    for name, text in (files or {}).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def judge(
    engine: Engine, folder: Path, *only: str, exercise: str = EX1, student: str = "attacker"
) -> ExerciseResult:
    """Grade one exercise as a worker does; `only` names criteria."""
    request = Request(student, 1, frozenset(only) or None)
    return grade(Job(Submission(student, folder), exercise, request), engine)


def faults_of_the_grader(result: ExerciseResult) -> list[str | None]:
    """Give the reasons of the criteria that the grader itself could not judge: there must be none."""
    return [criterion.reason for criterion in result.criteria if criterion.status == "error"]


def earned(result: ExerciseResult) -> set[str]:
    """Name the criteria that were earned; none may be an error of the grader."""
    assert not faults_of_the_grader(result)
    return {criterion.id for criterion in result.criteria if criterion.status == "passed"}


def everything(exercise: str = EX1) -> set[str]:
    """Name all the criteria of an exercise."""
    return {f"{load(exercise).short}.{number}" for number in range(1, 7)}


def processes_below(folder: Path) -> list[int]:
    """List the processes that work in a folder: a student's server does, and so does what it would leave behind."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "cwd").startswith(str(folder)):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def wait_until(holds: Callable[[], object], patience_s: float = 30.0) -> None:
    """Wait for what another process is about to do. Raises AssertionError when it does not."""
    end = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
