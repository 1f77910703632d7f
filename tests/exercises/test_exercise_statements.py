"""The statements and hints: six criteria each, in the one format that reports and suites share."""

import re
import tomllib
from dataclasses import dataclass, field

import pytest
from exercise_paths import EXERCISES, SOLUTIONS, given

HEADING = re.compile(r"### (?P<id>ex\d\.\d) · (?P<title>.+)")
SECTIONS = ["## Ce qui est fourni", "## Ce que vous écrivez", "## Essayer", "## Ce qui est jugé"]
LEVELS = ["where", "idea", "almost"]


@dataclass
class Criterion:
    """A criterion as the statement gives it."""

    id: str
    title: str
    parts: list[str] = field(default_factory=list)


def statement(exercise: str) -> str:
    """Read the statement of an exercise."""
    return (SOLUTIONS / exercise / "README.md").read_text(encoding="utf-8")


def criteria(text: str) -> list[Criterion]:
    """Parse the criteria of a statement; the bullets under a heading are the parts of its criterion."""
    found: list[Criterion] = []
    for line in text.partition("## Ce qui est jugé")[2].partition("\n## ")[0].splitlines():
        heading = HEADING.fullmatch(line)
        if heading:
            found.append(Criterion(heading["id"], heading["title"]))
        elif found and line.startswith("- "):
            found[-1].parts.append(line.removeprefix("- "))
    return found


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_statement_has_six_criteria_in_order(exercise: str) -> None:
    """One point each, numbered from 1, nothing more and nothing less."""
    number = exercise[2]

    assert [criterion.id for criterion in criteria(statement(exercise))] == [
        f"ex{number}.{index}" for index in range(1, 7)
    ]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_titles_and_parts_fit_a_report(exercise: str) -> None:
    """A title is a fact in 90 characters; a part is a lower-case phrase in 70, unique in its criterion."""
    for criterion in criteria(statement(exercise)):
        assert len(criterion.title) <= 90 and not criterion.title.endswith("."), criterion
        assert len(criterion.parts) != 1, criterion
        assert len(set(criterion.parts)) == len(criterion.parts), criterion
        for part in criterion.parts:
            assert len(part) <= 70 and not part[0].isupper() and part[-1] not in ".;,", part


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_statement_stands_alone(exercise: str) -> None:
    """It names every section, every file, every variable of its exercise, and the commands to type."""
    text = statement(exercise)
    lists = given(exercise)

    assert text.startswith(f"# Exercice {exercise[2]} : ")
    positions = [text.index(f"\n{section}\n") for section in SECTIONS]
    assert positions == sorted(positions)
    for name in (*lists["student"], *lists["given"]):
        assert f"`{name}`" in text, name
    for variable in lists["environment"]:
        assert f"`{variable['name']}`" in text, variable["name"]
    for command in (f"--factory {lists['factory']}", "grader deliver", f"grader check {exercise[:3]}"):
        assert command in text, command


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_criterion_has_three_hints(exercise: str) -> None:
    """Where to look, which idea, almost the line: none empty, each longer than a word."""
    hints = tomllib.loads((SOLUTIONS / exercise / "hints.toml").read_text(encoding="utf-8"))

    assert list(hints) == [criterion.id for criterion in criteria(statement(exercise))]
    for name, levels in hints.items():
        assert list(levels) == LEVELS, name
        assert all(len(text.strip()) > 20 for text in levels.values()), name


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_hand_typed_special_space(exercise: str) -> None:
    """No-break spaces are put in when a page is rendered, never by hand."""
    for name in ("README.md", "hints.toml", "given.toml"):
        text = (SOLUTIONS / exercise / name).read_text(encoding="utf-8")
        assert not set(text) & {"\u00a0", "\u202f", "\u2009", "\t"}, name
