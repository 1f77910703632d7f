"""Mutants: the solutions with one named misconception put in, and the exact criteria that it costs.

A mutant is a small TOML file:

    misconception = "…"          # one sentence, what this student believes
    loses = ["ex3.1", "ex3.2"]   # exactly these
    why = "…"                    # why these and no others

    [[edit]]                      # one or more; `old` must stand exactly once in the file
    file = "ex3_idempotence/processing.py"
    old = '''…'''
    new = '''…'''
"""

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOLUTIONS = ROOT / "reference_impl" / "solutions"
FOLDER = Path(__file__).parent / "mutants"


@dataclass(frozen=True)
class Edit:
    """One replacement in one file."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """One wrong solution of the exercise that its edits touch."""

    name: str
    misconception: str
    loses: frozenset[str]
    why: str
    edits: tuple[Edit, ...]

    @property
    def exercise(self) -> str:
        """The id of the exercise that it is a wrong solution of."""
        return self.edits[0].file.partition("/")[0]

    def write(self, folder: Path) -> Path:
        """Write it as a submission of its exercise alone. Raises ValueError if an edit no longer fits."""
        target = folder / self.name
        shutil.copytree(SOLUTIONS / self.exercise, target / self.exercise)
        for edit in self.edits:
            file = target / edit.file
            text = file.read_text(encoding="utf-8")
            if text.count(edit.old) != 1:
                raise ValueError(
                    f"{self.name}: `old` stands {text.count(edit.old)} times in {edit.file}, not once"
                )
            file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        return target


def load(path: Path) -> Mutant:
    """Read one mutant; every key is needed."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    edits = tuple(Edit(**edit) for edit in data["edit"])
    return Mutant(path.stem, data["misconception"], frozenset(data["loses"]), data["why"], edits)


def all_mutants() -> list[Mutant]:
    """Read every mutant of the corpus, in the order of their names."""
    return [load(path) for path in sorted(FOLDER.glob("*.toml"))]
