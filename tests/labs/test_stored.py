"""A lab in git holds no result, and has the shape that readers can rely on."""

import ast
import itertools
import re

import pytest

from course_site.labs.cells import FOLDED, source
from course_site.paths import COURSE, NOTEBOOKS, ROOT
from course_site.references import sources
from tests.course.pages import page
from tests.labs.notebooks import LABS, code_cells, headings, need_jupyter, stored

SKELETON = ["question", "prediction", "measurement", "conclusion", "your-turn", "further"]
TITLES = {
    "question": "La question",
    "prediction": "Votre pronostic",
    "measurement": "La mesure",
    "conclusion": "Ce que montrent les mesures",
    "your-turn": "À vous",
    "further": "Pour aller plus loin",
}
LINK = re.compile(r"\]\((?P<target>[^)]+)\)")


def test_there_are_five_labs() -> None:
    assert LABS == ("1_signature", "2_retries", "3_races", "4_staleness", "5_erasure")


@pytest.mark.parametrize("name", LABS)
def test_a_lab_is_a_valid_notebook_without_results(name: str) -> None:
    """To mend: uv run --group notebooks jupyter nbconvert --clear-output --inplace notebooks/*.ipynb."""
    document = stored(name)

    assert [cell["id"] for cell in code_cells(document) if cell["outputs"] or cell["execution_count"]] == []
    assert set(document["metadata"]) <= {"kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"tags"} for cell in document["cells"])
    assert all(tag in FOLDED for cell in document["cells"] for tag in cell["metadata"].get("tags", []))


@pytest.mark.parametrize("name", LABS)
def test_a_lab_is_what_the_format_of_notebooks_asks(name: str) -> None:
    need_jupyter()
    import nbformat

    nbformat.validate(nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4))


@pytest.mark.parametrize("name", LABS)
def test_a_lab_asks_has_the_reader_predict_measures_concludes_and_gives_a_task(name: str) -> None:
    found = headings(stored(name))

    assert [level for level, _, _ in found].count("#") == 1
    assert [identifier for level, _, identifier in found if level == "##"] == SKELETON
    assert {identifier: title for _, title, identifier in found if identifier in TITLES} == TITLES


@pytest.mark.parametrize("name", LABS)
def test_a_conclusion_is_held_against_the_measures(name: str) -> None:
    """The cell after the conclusion asserts it: a lab whose measures say otherwise does not execute."""
    cells = stored(name)["cells"]
    after = next(after for before, after in itertools.pairwise(cells) if before["id"] == "conclusion")
    asserted = [node for node in ast.walk(ast.parse(source(after))) if isinstance(node, ast.Assert)]

    assert after["metadata"].get("tags") == ["check"]
    assert len(asserted) >= 3


@pytest.mark.parametrize("name", LABS)
def test_cells_have_ids_that_name_them(name: str) -> None:
    ids = [cell["id"] for cell in stored(name)["cells"]]

    assert len(set(ids)) == len(ids)
    assert [
        identifier for identifier in ids if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", identifier)
    ] == []


@pytest.mark.parametrize("name", LABS)
def test_a_link_of_a_lab_arrives_in_the_notebook_and_in_the_site(name: str) -> None:
    known = {source.url for source in sources().values()}
    for cell in stored(name)["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        for link in LINK.finditer(source(cell)):
            target, _, anchor = link["target"].partition("#")
            if "://" in target:
                assert target in known, f"{target} is not in course/sources.toml"
                continue
            assert target.startswith("../course/"), target
            assert (COURSE / target.removeprefix("../course/")).is_file(), target
            headed = {heading.id for heading in page(target.removeprefix("../course/")).headings}
            assert anchor in headed or target.endswith("10-exercices.md") or not anchor, link["target"]


@pytest.mark.parametrize("name", LABS)
def test_the_site_has_a_page_for_each_lab_under_its_title(name: str) -> None:
    (place,) = COURSE.glob(f"lab-{name[0]}-*.md")
    title = next(title for level, title, _ in headings(stored(name)) if level == "#")

    assert f"/// lab | {name}\n" in place.read_text(encoding="utf-8")
    assert [heading.title for heading in page(place.name).headings] == [title]


def test_the_labs_hold_no_copy_of_what_they_use() -> None:
    """No function or class of a lab, or of its modules, has the body of one of the receiver's or of the sender's."""
    theirs = {
        body: file
        for folder in ("reference_impl", "grader/sender")
        for file in (ROOT / folder).rglob("*.py")
        for body in bodies(file.read_text(encoding="utf-8"))
    }
    ours = {file.name: file.read_text(encoding="utf-8") for file in NOTEBOOKS.glob("*.py")}
    ours |= {name: "\n".join(source(cell) for cell in code_cells(stored(name))) for name in LABS}

    assert [
        (name, theirs[body]) for name, code in ours.items() for body in bodies(code) if body in theirs
    ] == []


def bodies(code: str) -> set[str]:
    """The bodies of the functions of a file, without docstrings; those of one statement are everybody's."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if len(body) > 1:
                found.add("\n".join(ast.dump(statement) for statement in body))
    return found
