"""Where the exercises stand, for every test of this folder; `scripts/` becomes importable on the way."""

import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "reference_impl" / "solutions"
STUBS = ROOT / "exercises"
SCRIPTS = ROOT / "scripts"
EXERCISES = sorted(path.parent.name for path in SOLUTIONS.glob("ex*_*/given.toml"))

if str(SCRIPTS) not in sys.path:
    sys.path.insert(0, str(SCRIPTS))


def given(exercise: str) -> dict[str, Any]:
    """Read an exercise's `given.toml`."""
    return tomllib.loads((SOLUTIONS / exercise / "given.toml").read_text(encoding="utf-8"))
