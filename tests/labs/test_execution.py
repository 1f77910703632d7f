"""Every lab runs from a clean kernel, says nothing wrong, and shows the same again where it simulates."""

import json
import re
import time
from pathlib import Path

import pytest

from course_site.errors import CourseError
from course_site.labs.cache import NOTEBOOKS
from course_site.labs.execution import execute
from course_site.labs.figures import title
from tests.labs.notebooks import LABS, SIMULATED, executed_once, figures, need_jupyter, shown, stored

LABEL = re.compile(r"<text [^>]*>([^<]+)</text>")


@pytest.mark.parametrize("name", LABS)
def test_a_lab_executes_and_its_conclusion_holds(name: str) -> None:
    """Each cell ran, in order, once; the last ones include the assertions behind the conclusion."""
    cells = [cell for cell in executed_once(name)["cells"] if cell["cell_type"] == "code"]

    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    checked = [cell for cell in cells if cell["metadata"].get("tags") == ["check"]]
    assert any("a été vérifié sur cette exécution" in str(cell["outputs"]) for cell in checked)


@pytest.mark.parametrize("name", LABS)
def test_a_lab_draws_and_says_in_words_what_it_draws(name: str) -> None:
    drawn = figures(executed_once(name))

    assert drawn
    for figure in drawn:
        assert 20 <= len(title(figure["image/svg+xml"])) <= 150, "a title is a sentence"
        words = LABEL.findall(figure["image/svg+xml"])
        assert len(words) >= 4
        assert len(figure["text/plain"]) >= 80, "the text alternative says what the figure shows"
        assert re.search(r"\d", figure["text/plain"]), "with its figures"


@pytest.mark.parametrize("name", LABS)
def test_no_value_is_missing_from_what_a_lab_says(name: str) -> None:
    """A forgotten `f` before a string shows the name of the value in its place."""
    said = [
        content
        for _, kinds in shown(executed_once(name))
        for kind, content in kinds.items()
        if kind in ("text/markdown", "text/plain", "image/svg+xml") and "```" not in content
    ]
    said = [" ".join(LABEL.findall(content)) if content.startswith("<svg") else content for content in said]

    assert said
    assert [missing for content in said for missing in re.findall(r"\{[a-z_][^{}\"]*\}", content)] == []


@pytest.mark.parametrize("name", SIMULATED)
def test_a_lab_that_simulates_shows_the_same_again(name: str, tmp_path: Path) -> None:
    first = shown(executed_once(name))
    again = tmp_path / "again.ipynb"
    execute(NOTEBOOKS / f"{name}.ipynb", again)

    assert shown(json.loads(again.read_text(encoding="utf-8"))) == first


def broken(tmp_path: Path, code: str) -> Path:
    """A notebook whose second cell is wrong."""
    need_jupyter()
    document = stored("1_signature")
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    document["cells"] = [
        cell | {"id": "first", "source": "value = 1"},
        cell | {"id": "the-wrong-one", "source": code},
        cell | {"id": "last", "source": "value"},
    ]
    path = tmp_path / "broken.ipynb"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("value / 0", "ZeroDivisionError"),
        ("assert value == 2, 'la mesure dit autre chose'", "la mesure dit autre chose"),
        ("import warnings; warnings.warn('vieux')", "vieux"),
        ("import os; os._exit(3)", "died"),
        ("taken = bytes(3 * 1024**3)", "MemoryError"),
    ],
)
def test_a_broken_cell_stops_the_lab_and_is_named(code: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError) as failure:
        execute(broken(tmp_path, code), tmp_path / "out.ipynb")

    assert "broken.ipynb, cell « the-wrong-one »" in str(failure.value)
    assert said in str(failure.value)
    assert not (tmp_path / "out.ipynb").exists()


def test_a_lab_that_does_not_end_is_stopped_and_its_kernel_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = f"import os, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid()))\nwhile True: pass"

    with pytest.raises(CourseError, match=r"broken\.ipynb takes more than 15 s"):
        execute(broken(tmp_path, code), tmp_path / "out.ipynb", timeout_s=15)
    kernel = int(note.read_text())
    deadline = time.monotonic() + 30
    while running(kernel) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not running(kernel)


def running(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be noticed by its parent does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"
