"""Output made to hold up whoever looks for the journal's lines in it."""

from pathlib import Path

import pytest

from grader.sandbox.engine import Engine
from tests.attacks.arena import earned, faults_of_the_grader, judge, make

FLOODS = {
    "millions of empty lines": "'\\n' * 3_900_000",
    "lines of brackets": "('[' * 100_000 + '\\n') * 38",
    "objects in one another": "('{\"a\":' * 15_000 + '\\n') * 38",
    "a forged journal": """('{"svix_id": "x", "type": "user.created", "outcome": "processed"}\\n') * 50_000""",
    "numbers without end": "('{\"svix_id\": ' + '9' * 100_000 + '}\\n') * 38",
    "no line at all": "'x' * 3_900_000",
}


@pytest.mark.parametrize("what", FLOODS)
def test_an_output_just_below_its_limit_costs_seconds_and_changes_no_other_point(
    engine: Engine, tmp_path: Path, what: str
) -> None:
    """The journal's own criterion may be lost; nothing is an error, and the neighbours of the criterion are kept."""
    attack = f"import sys\nsys.stdout.write({FLOODS[what]})\nsys.stdout.flush()\n"
    folder = make(tmp_path / "s", exercise="ex5_production", attack=attack)

    result = judge(engine, folder, "ex5.2", "ex5.5", exercise="ex5_production")

    assert not faults_of_the_grader(result)
    assert "ex5.2" in earned(result)
    assert result.seconds < 60
