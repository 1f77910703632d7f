"""The directives of the pages: what they write, and how they refuse what cannot be written."""

import pytest
from markdown import Markdown

from course_site.directives import carry_out
from course_site.errors import CourseError
from course_site.mutants import wrong_lines
from course_site.routes import spoken
from course_site.source_code import Piece, block, read_piece, section

TEXT = '''
LIMIT = 3
"""A limit."""


@decorated
def f(x):
    return x


class C:
    size: int = 1

    def g(self):
        def inner():
            return 2

        return inner
'''


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("LIMIT", "LIMIT = 3", "LIMIT = 3"),
        ("f", "@decorated", "    return x"),
        ("C.size", "    size: int = 1", "    size: int = 1"),
        ("C.g", "    def g(self):", "        return inner"),
        ("C.g.inner", "        def inner():", "            return 2"),
    ],
)
def test_a_piece_is_found_by_its_name(name: str, first: str, last: str) -> None:
    lines = section(TEXT, name, "x.py").split("\n")

    assert (lines[0], lines[-1]) == (first, last)


def test_a_marked_section_leaves_its_marks_behind() -> None:
    text = "a\n# --8<-- [start:one]\nb\n# --8<-- [start:two]\nc\n# --8<-- [end:two]\n# --8<-- [end:one]\n"

    assert section(text, "@one", "x.conf") == "b\nc"
    assert section(text, "@two", "x.conf") == "c"


@pytest.mark.parametrize(
    ("name", "arguments", "body", "reason"),
    [
        ("source", "reference_impl/absent.py", [], "no such file"),
        ("source", "../outside.py", [], "no such file"),
        ("source", "reference_impl/edge/signature.py absent", [], "defines no absent"),
        ("source", "reference_impl/deploy/vps/Caddyfile @absent", [], "no section absent"),
        ("source", "reference_impl/clock.py", ["une note sans flèche"], "a note is written"),
        ("source", "reference_impl/clock.py", ["`absent du code` => Une note."], "stands on 0 lines"),
        ("wrong", "ex9_absent", [], "no mutant"),
        ("diagram", "absent", ["Légende", "", "Texte."], "no source absent.mmd"),
        ("diagram", "absent", ["Légende seule"], "text alternative"),
        ("exercise", "ex9", [], "no exercise"),
        ("open-questions", "all", [], "statements"),
        ("route", "absent", [], "no route"),
        ("invented", "", [], "unknown directive"),
    ],
)
def test_what_cannot_be_written_stops_the_build_and_says_why(
    name: str, arguments: str, body: list[str], reason: str
) -> None:
    with pytest.raises(CourseError, match=reason):
        carry_out(name, arguments, body)


def test_an_open_directive_stops_the_build() -> None:
    with pytest.raises(CourseError, match="no closing"):
        Markdown(extensions=["course_site"]).convert("/// source | reference_impl/clock.py\n\nLa suite.\n")


def test_notes_are_called_from_their_lines_without_being_copied() -> None:
    piece = Piece("x.py", (), ("a = 1", "b = 2  # why"))
    text = block(piece, [("a = 1", "Un."), ("b = 2", "Deux.")])

    html = Markdown(extensions=["pymdownx.superfences", "pymdownx.highlight", "course_site"]).convert(text)

    assert html.count('class="note-call"') == 2
    assert "(1)" not in html
    assert "# why" in html
    assert "<li>Un.</li>" in html


def test_a_file_without_comments_has_its_notes_by_name() -> None:
    text = block(Piece("x.json", (), ('{"a": 1}',)), [('"a": 1', "Un entier.")])

    assert '1. `"a": 1` : Un entier.' in text


def test_a_whole_file_is_shown_without_its_marks() -> None:
    assert not [
        line for line in read_piece("reference_impl/deploy/vps/Caddyfile", ()).lines if "--8<--" in line
    ]


def test_wrong_code_is_cut_down_to_what_is_wrong() -> None:
    edits = [
        {
            "file": "ex1_signature/signature.py",
            "old": "(WebhookVerificationError, ValueError)",
            "new": "WebhookVerificationError",
        }
    ]

    (shown,) = wrong_lines("ex1_signature/signature.py", edits)

    assert "except WebhookVerificationError:" in shown
    assert len(shown.split("\n")) <= 4


@pytest.mark.parametrize(("minutes", "said"), [(45, "45 min"), (60, "1 h"), (125, "2 h 05"), (600, "10 h")])
def test_a_duration_is_said_as_people_say_it(minutes: int, said: str) -> None:
    assert spoken(minutes) == said
