"""The results are published with a JSON schema, and agree with it."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema

from grader.scale import load_scale
from grader.scoring import Options, score
from grader.submissions import find
from tests.gate.mutants import ROOT


def test_the_published_schemas_are_those_of_the_models() -> None:
    """`scripts/make_schemas.py` has been run."""
    done = subprocess.run([sys.executable, ROOT / "scripts" / "make_schemas.py", "--check"], check=False)

    assert done.returncode == 0


def test_a_grading_agrees_with_the_published_schema(tmp_path: Path) -> None:
    """The very JSON that `--json` writes."""
    schema = json.loads((ROOT / "grader" / "schemas" / "results.schema.json").read_text(encoding="utf-8"))
    (tmp_path / "file.txt").write_text("?", encoding="utf-8")
    options = Options(1, "fork", "strict", load_scale(), only=frozenset({"ex1.1", "webhooks"}), workers=1)

    results = score(find([ROOT / "exercises", tmp_path]), options)

    jsonschema.validate(json.loads(results.model_dump_json()), schema)
    assert [submission.status for submission in results.submissions] == ["graded", "failed"]
