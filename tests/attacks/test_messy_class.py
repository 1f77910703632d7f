"""The command on the worst class there is: one row for each, in French, in bounded time, and the others as if alone."""

import csv
import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.attacks import messy_class
from tests.attacks.arena import BOUNDED_S, ROOT

Row = dict[str, Any]


class Graded:
    """One run of the command: what it printed, and the files that it wrote."""

    def __init__(self, folder: Path, *paths: Path) -> None:
        command = ["uv", "run", "grader", "score", *map(str, paths), "--seed", "7"]
        command += [
            "--json",
            str(folder / "r.json"),
            "--csv",
            str(folder / "r.csv"),
            "--only",
            "ex1.1",
            "--only",
            "webhooks",
        ]
        began = time.monotonic()
        run = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=BOUNDED_S, check=False
        )
        self.seconds = time.monotonic() - began
        self.status, self.out, self.err = run.returncode, run.stdout, run.stderr
        assert self.status == 0, self.err[-2000:]
        text = (folder / "r.json").read_text(encoding="utf-8")
        self.rows: dict[str, Row] = {row["id"]: row for row in json.loads(text)["submissions"]}
        with (folder / "r.csv").open(encoding="utf-8", newline="") as file:
            self.lines = list(csv.reader(file))


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each row must say."""
    return messy_class.write(tmp_path_factory.getbasetemp() / "class")


@pytest.fixture(scope="module")
def graded(said: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """The class, graded once through the command."""
    assert said
    return Graded(tmp_path_factory.mktemp("graded"), tmp_path_factory.getbasetemp() / "class")


def test_every_submission_is_one_row(graded: Graded, said: dict[str, str]) -> None:
    """In the JSON, in the CSV and in the table; nothing is an error of the grader."""
    assert set(graded.rows) == set(said)
    assert len(graded.lines) == 1 + len(said)
    assert {identifier for identifier, row in graded.rows.items() if row["status"] == "error"} == set()
    for identifier in said:
        assert identifier[:10] in graded.out, identifier


def test_every_row_says_what_is_wrong(graded: Graded, said: dict[str, str]) -> None:
    """In one sentence: the problem, the reason that nothing could be verified, or a notice."""
    for identifier, pattern in said.items():
        assert re.search(pattern, json.dumps(graded.rows[identifier], ensure_ascii=False)), identifier


def test_nobody_gains_by_it(graded: Graded) -> None:
    """One criterion was asked for: the honest ones have it, and the archive that tried to get out and is honest besides."""
    points = {
        identifier: sum(e["points"] for e in row["exercises"]) for identifier, row in graded.rows.items()
    }

    assert {identifier for identifier, point in points.items() if point} == {"alice", "zoé", "sortie"}
    assert graded.rows["alice"]["quizzes"][0]["points"] == 40


def test_the_honest_are_graded_as_if_alone(
    graded: Graded, said: dict[str, str], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Alone, with the same seed, they get the same rows, but for the time that it took."""
    folder = tmp_path_factory.getbasetemp() / "class"
    alone = Graded(tmp_path, folder / "alice", folder / "zoé.zip", folder / "victor")

    assert {name: _timeless(graded.rows[name]) for name in messy_class.HONEST} == {
        name: _timeless(row) for name, row in alone.rows.items()
    }


def test_it_takes_a_bounded_time(graded: Graded) -> None:
    """Three servers that never answer cost ten seconds each, no more."""
    assert graded.seconds < BOUNDED_S
    assert all(exercise["seconds"] < 45 for row in graded.rows.values() for exercise in row["exercises"])


def test_nothing_that_a_student_controls_reaches_terminal_or_spreadsheet_raw(graded: Graded) -> None:
    """No escape, no reversed text, no formula, no secret; and no student fills the screen."""
    for text in (graded.out, graded.err):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)
        assert not re.search("whsec_[A-Za-z0-9+/]{8}", text)
    assert not [cell for line in graded.lines for cell in line if cell.startswith(("=", "+", "-", "@"))]
    assert len(graded.out.splitlines()) < 600


def _timeless(value: Any) -> Any:
    """Leave out what differs from run to run: durations, ids and bodies that hold the instant, the log's process number."""
    if isinstance(value, dict):
        return {
            key: _timeless(child)
            for key, child in value.items()
            if key not in ("seconds", "deliveries", "log")
        }
    return [_timeless(child) for child in value] if isinstance(value, list) else value
