"""The site outlives its builder: Zensical, the successor by the same authors, builds the same sources."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_site.paths import ROOT
from tests.course.building import Site, elements
from tests.course.pages import MODULES

TIMEOUT_S = 400

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("zensical") is None, reason="zensical is not installed: uv sync --group zensical"
)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as Zensical builds it, from a copy: it writes beside its configuration."""
    project = tmp_path_factory.mktemp("zensical")
    for name in ("course", "course_site", "grader", "exercises", "notebooks", "reference_impl", "tests"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "*.db"))
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, project)
    labs = {name: value for name, value in os.environ.items() if name.startswith("LABS")}
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "--config-file", "mkdocs.yml"],
        cwd=project, capture_output=True, text=True, timeout=TIMEOUT_S,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(project), "HOME": str(project), **labs},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return project / "site"


@pytest.mark.parametrize("name", MODULES)
def test_a_page_says_the_same_under_the_other_builder(name: str, second: Path, site: Site) -> None:
    """Titles, passages, code and links come from the same extensions."""
    here = elements(site.folder / site.path_of(name) / "index.html")
    there = elements(second / name.removesuffix(".md") / "index.html")

    own = {identifier for identifier in here.ids if not identifier.startswith("__")}
    assert {identifier for identifier in own if identifier not in there.ids} == set()
    html = (second / name.removesuffix(".md") / "index.html").read_text(encoding="utf-8")
    assert (
        "///"
        not in html.replace("sqlite:///", "")
        .replace("https:///", "")
        .split("<article")[-1]
        .split("</article")[0]
    )
