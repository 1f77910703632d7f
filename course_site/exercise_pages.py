"""The exercises in the pages: their own statements, and the criteria that the suites declare."""

import re
import textwrap

from course_site.errors import CourseError
from course_site.passages import link
from grader.checks.criterion import Criterion
from grader.cli.typography import typeset
from grader.exercises import IDS, Exercise, load
from grader.grading import wanted

HEADING = re.compile(r"^(?P<level>#{1,4}) (?P<title>.+)$")
FENCE = re.compile(r"^\s*(```|~~~)")
HINT_COLUMNS = 90

# The sections that every statement has, and their ids, in English like all ids.
SECTIONS = {
    "Ce qui est fourni": "given",
    "Ce que vous écrivez": "yours",
    "Essayer": "try",
    "Ce qui est jugé": "judged",
    "Pour aller plus loin": "further",
}


def exercise(arguments: str, _body: list[str]) -> str:
    """Write a whole exercise: its statement, then its criteria with hints and passages (`/// exercise | ex1`)."""
    found = next((load(identifier) for identifier in IDS if identifier.startswith(f"{arguments}_")), None)
    if found is None:
        raise CourseError(f"no exercise {arguments!r}; known: {', '.join(IDS)}")
    return f"{statement(found)}\n\n{criteria(found)}"


def statement(found: Exercise) -> str:
    """Give the statement, its headings one level deeper and with stable ids, its commands marked as such."""
    text = (found.folder / "README.md").read_text(encoding="utf-8").strip()
    lines, fenced = [], False
    for line in text.split("\n"):
        if FENCE.match(line):
            fenced = not fenced
            line = "```console" if fenced and line.strip() == "```" else line
        elif not fenced and (heading := HEADING.match(line)):
            line = f"#{heading['level']} {heading['title']} {{ #{_identifier(found, heading['title'])} }}"
        lines.append(line)
    return "\n".join(lines)


def _identifier(found: Exercise, title: str) -> str:
    if title.startswith("Exercice "):
        return found.short
    if title.startswith(f"{found.short}."):
        return title.split()[0].replace(".", "-")
    if title in SECTIONS:
        return f"{found.short}-{SECTIONS[title]}"
    raise CourseError(f"{found.id}/README.md: the site has no id for the section « {title} »")


def criteria(found: Exercise) -> str:
    """Write the criteria as the suite declares them: points, passage of the course, the three hints, folded."""
    lines = [f"### Les critères de l'exercice {found.short[2:]} {{ #{found.short}-criteria }}", ""]
    lines += ["| critère | points | passage du cours |", "|---|---:|---|"]
    declared = wanted(found, None)
    lines += [
        f"| [{c.id}](#{c.id.replace('.', '-')}) {c.title} | {c.points} | {link(c.anchor)} |" for c in declared
    ]
    for criterion in declared:
        lines += [
            "",
            f'??? tip "Les trois indices du critère {criterion.id}"',
            "",
            textwrap.indent(_hints(found, criterion), "    "),
        ]
    return "\n".join(lines)


def _hints(found: Exercise, criterion: Criterion) -> str:
    """Write the hints as the terminal shows them: the last is half code, whose quotes and stars must stay."""
    hints = found.hints[criterion.id]
    wrapped = [
        textwrap.fill(
            typeset(hints[level]),  # no line ends before « : » nor inside the quotation marks
            HINT_COLUMNS,
            initial_indent=f"{rank}. ",
            subsequent_indent="   ",
            break_on_hyphens=False,
        )
        for rank, level in enumerate(("where", "idea", "almost"), start=1)
    ]
    return "\n".join(["```text", *"\n\n".join(wrapped).split("\n"), "```"])
