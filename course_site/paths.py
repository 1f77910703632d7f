"""Where the pages and their material lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COURSE = ROOT / "course"
EXAMPLES = COURSE / "examples"
DIAGRAMS = COURSE / "diagrams"
NOTEBOOKS = ROOT / "notebooks"
MUTANTS = ROOT / "tests" / "gate" / "mutants"
SOLUTIONS = ROOT / "reference_impl" / "solutions"
