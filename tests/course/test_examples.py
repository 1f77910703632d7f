"""The programs shown in the pages run, alone and offline, and print exactly what the pages show."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course_site.paths import EXAMPLES, ROOT

PROGRAMS = sorted(EXAMPLES.glob("*.py"))
TIMEOUT_S = 60


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_prints_what_the_page_shows(program: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TZ": "America/Toronto"}

    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        capture_output=True,
        cwd=tmp_path,
        env=env,
        timeout=TIMEOUT_S,
    )

    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == program.with_suffix(".out").read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [], "an example leaves nothing behind"


def test_every_output_has_its_program() -> None:
    outputs = {path.stem for path in EXAMPLES.glob("*.out")}

    assert outputs == {path.stem for path in PROGRAMS}


@pytest.mark.parametrize("document", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_document_is_json_of_invented_people(document: Path) -> None:
    text = document.read_text(encoding="utf-8")

    assert json.loads(text)
    domains = re.findall(r"@([\w.-]+)", text)
    assert all(re.search(r"(^|\.)ex[ea]mple|\.(test|example)$", domain) for domain in domains), domains
