"""The code that pages show: it exists, it is short, none of it lies about unused, and solutions stay out of the modules."""

import re

import pytest

from course_site.diagrams import STAMP, digest
from course_site.mutants import wrong
from course_site.paths import DIAGRAMS, EXAMPLES, ROOT
from course_site.source_code import MARK, block, notes, read_piece
from tests.course.pages import PAGES, TAUGHT, Directive, page

LONGEST = 30
"""Lines: what a reader takes in without scrolling away from the explanation."""

MOST_NOTES = 6
MARKED_FOLDERS = ("reference_impl", "course", "exercises", "grader", "bench", "scripts")


def directives(kind: str) -> list[tuple[str, Directive]]:
    """All directives of a kind, with their pages."""
    return [
        (name, directive) for name in PAGES for directive in page(name).directives if directive.name == kind
    ]


SHOWN = directives("source")


@pytest.mark.parametrize(("name", "directive"), SHOWN, ids=lambda value: getattr(value, "arguments", value))
def test_a_shown_piece_exists_and_is_short(name: str, directive: Directive) -> None:
    path, *names = directive.arguments.split()
    piece = read_piece(path, tuple(names))

    assert 0 < len(piece.lines) <= LONGEST
    remarks = notes(list(directive.body))
    assert len(remarks) <= MOST_NOTES
    assert block(piece, remarks)


@pytest.mark.parametrize(
    ("name", "directive"), directives("wrong"), ids=lambda value: getattr(value, "arguments", value)
)
def test_wrong_code_is_shown_as_the_gate_proves_it_wrong(name: str, directive: Directive) -> None:
    shown = wrong(directive.arguments, list(directive.body))

    code = shown.split("```python")[1].split("```")[0].strip().split("\n")[1:]
    assert 0 < len([line for line in code if line.strip()]) <= LONGEST


@pytest.mark.parametrize("name", TAUGHT)
def test_the_modules_keep_the_solutions_to_themselves(name: str) -> None:
    shown = [directive.arguments for directive in page(name).directives if directive.name == "source"]

    assert not [path for path in shown if path.startswith(("reference_impl/solutions", "exercises"))]


def test_every_marked_section_is_shown_somewhere() -> None:
    marked = {
        (str(path.relative_to(ROOT)), match["name"])
        for folder in MARKED_FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix not in (".pyc", ".png", ".db", ".md")
        and "__pycache__" not in path.parts
        for line in path.read_text(encoding="utf-8", errors="ignore").split("\n")
        if (match := MARK.match(line)) and match["edge"] == "start"
    }
    shown = {
        (path, name.removeprefix("@"))
        for _, directive in SHOWN
        for path, *names in [directive.arguments.split()]
        for name in names
        if name.startswith("@")
    }

    assert marked == shown


def test_every_example_is_shown_somewhere() -> None:
    """A program is shown by its text, by its output, or by the command that runs it."""
    shown = {directive.arguments.split()[0] for _, directive in SHOWN}
    commands = "\n".join(line for name in PAGES for fence in page(name).fences for line in fence.lines)
    files = {path.relative_to(ROOT) for path in EXAMPLES.iterdir() if path.is_file()}

    unseen = {file for file in files if str(file) not in shown and str(file) not in commands}
    assert {file for file in unseen if str(file.with_suffix(".out")) not in shown} == set()
    assert {
        file for file in unseen if file.suffix == ".out" and str(file.with_suffix(".py")) not in commands
    } == set()


def test_every_diagram_is_shown_once_and_drawn_from_its_present_source() -> None:
    shown = [directive.arguments for _, directive in directives("diagram")]
    sources = sorted(path.stem for path in DIAGRAMS.glob("*.mmd"))

    assert sorted(shown) == sources
    assert sorted(path.stem for path in DIAGRAMS.glob("*.svg")) == sources
    for name in sources:
        stamp = STAMP.search((DIAGRAMS / f"{name}.svg").read_text(encoding="utf-8"))
        assert stamp is not None, name
        assert stamp["digest"] == digest(DIAGRAMS / f"{name}.mmd"), name


def test_every_diagram_is_told_in_words_of_the_same_size() -> None:
    """The alternative says what the drawing says: its labels are not longer than the text."""
    for _, directive in directives("diagram"):
        source = (DIAGRAMS / f"{directive.arguments}.mmd").read_text(encoding="utf-8")
        labels = re.sub(r"[-=.>|:\[\](){}\"]+", " ", source)
        text = " ".join(directive.body[1:])

        assert len(text.split()) > 0.4 * len(labels.split()), directive.arguments


def test_the_taught_modules_show_code_of_the_project() -> None:
    """A module of a course on code that shows none of it would be a lecture."""
    for name in TAUGHT[1:]:
        paths = [directive.arguments for directive in page(name).directives if directive.name == "source"]

        assert any(path.startswith("reference_impl/") for path in paths) or name.startswith("01"), name
