"""The labs as they are stored, and as this run executes them."""

import importlib.util
import json
import os
import re
from pathlib import Path
from typing import Any

from course_site.labs.cache import executed
from course_site.labs.cells import source, text
from course_site.paths import NOTEBOOKS
from tests.programs import missing

LABS = tuple(sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
SIMULATED = tuple(name for name in LABS if name != "3_races")
"""Those that measure nothing of the machine: a seed decides all that they show."""

Cell = dict[str, Any]


def need_jupyter() -> None:
    """Fail a check of the whole project where the labs cannot be executed; elsewhere, skip the test."""
    if importlib.util.find_spec("nbclient") is None:
        missing("the labs cannot be executed: uv sync --group notebooks")


def stored(name: str) -> dict[str, Any]:
    """A lab as git keeps it."""
    document: dict[str, Any] = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    return document


def executed_once(name: str) -> dict[str, Any]:
    """A lab with its outputs; see `labs_of_this_run`."""
    need_jupyter()
    return executed(name, Path(os.environ["LABS_CACHE"]))


def code_cells(document: dict[str, Any]) -> list[Cell]:
    """The cells that run."""
    return [cell for cell in document["cells"] if cell["cell_type"] == "code"]


def headings(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Level, title and id of each heading; the id is that of its cell."""
    return [
        (*heading, cell["id"])
        for cell in document["cells"]
        if cell["cell_type"] == "markdown"
        for heading in re.findall(r"^(#+) (.+)$", source(cell), re.MULTILINE)
    ]


def shown(document: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """What the cells printed, in one piece each, and what they displayed: kinds of content, and the content."""
    found = []
    for cell in code_cells(document):
        # In how many pieces a text is printed is an accident of the moment.
        printed = "".join(text(output["text"]) for output in cell["outputs"] if "text" in output)
        displayed = [output["data"] for output in cell["outputs"] if "data" in output]
        found += [(cell["id"], {"stdout": printed})] if printed else []
        found += [(cell["id"], {kind: text(value) for kind, value in data.items()}) for data in displayed]
    return found


def figures(document: dict[str, Any]) -> list[dict[str, str]]:
    """The figures: their SVG and their text."""
    return [kinds for _, kinds in shown(document) if "image/svg+xml" in kinds]
