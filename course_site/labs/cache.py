"""Executed labs, kept by their content: what has not changed is not executed again."""

import hashlib
import json
import logging
import os
import platform
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from course_site.errors import CourseError
from course_site.labs.execution import execute
from course_site.paths import NOTEBOOKS, ROOT

SIDE_BY_SIDE = 2

LOG = logging.getLogger("mkdocs.labs")
"""Below the builder's own, so that it says what takes it so long."""

# All that a lab runs. A change anywhere there may change what it measures.
SOURCES = (
    "course_site/labs/execution.py",
    "course_site/labs/kernel.py",
    "course_site/typography.py",
    "grader/sender",
    "notebooks",
    "pyproject.toml",
    "reference_impl",
    "tests/receiver/edge/vectors.json",
    "tests/receiver/postgres.py",
)


def executed(name: str, folder: Path | None = None) -> dict[str, Any]:
    """Give a lab with its outputs (a notebook, as JSON), executed unless it already was. Raises CourseError."""
    notebook = NOTEBOOKS / f"{name}.ipynb"
    if not notebook.is_file():
        raise CourseError(f"no lab {name!r} in {NOTEBOOKS.name}/")
    kept = place(folder or cache_folder(), notebook)
    if not kept.is_file():
        execute_missing(kept.parent)
    document: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return document


def place(folder: Path, notebook: Path) -> Path:
    """Say where a lab is kept as it is now."""
    return folder / f"{notebook.stem}-{fingerprint(notebook)}.ipynb"


def execute_missing(folder: Path) -> None:
    """Execute all labs that are not kept, two at a time: the page of one is followed by those of the others."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(
            pool.map(
                lambda notebook: execute_once(notebook, place(folder, notebook)),
                sorted(NOTEBOOKS.glob("*.ipynb")),
            )
        )


def execute_once(notebook: Path, kept: Path) -> None:
    """Execute a lab, unless another process does it at this moment: its result will do."""
    try:
        import nbclient  # noqa: F401
        from filelock import FileLock
    except ImportError:
        raise CourseError(
            "the labs are executed when the site is built: `uv run --group notebooks mkdocs build --strict`,"
            " or `LABS=off uv run mkdocs build --strict` to leave out their results"
        ) from None
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(kept.with_suffix(".lock")):
        if kept.is_file():
            return
        LOG.info("Executing the lab %s; its result is kept", notebook.stem)
        unfinished = kept.with_suffix(".part")
        execute(notebook, unfinished)
        unfinished.rename(kept)


def cache_folder() -> Path:
    """Say where executed labs are kept: `LABS_CACHE`, or a folder of the project that git ignores."""
    return Path(os.environ.get("LABS_CACHE") or ROOT / ".cache" / "labs")


def fingerprint(notebook: Path, root: Path = ROOT) -> str:
    """Fingerprint a lab, the code of the project at `root` that it runs, and the Python that runs it."""
    digest = hashlib.sha256(f"{platform.python_version()} {notebook.name}".encode())
    for file in (notebook, *sorted(sources(root))):
        digest.update(f"\0{file.relative_to(root)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def sources(root: Path) -> Iterator[Path]:
    """Yield the files that all labs run; each one's own notebook comes besides."""
    for name in SOURCES:
        place = root / name
        yield from place.rglob("*.py") if place.is_dir() else [place]
