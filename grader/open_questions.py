"""The open questions: what a student answered, and the marks that only the instructor gives."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from grader.errors import UsageError
from grader.messages import harmless
from grader.questions import load_questions
from grader.results import OpenQuestion, OpenQuestionsResult
from grader.scale import OpenScale
from grader.sources import Source

FILE = PurePosixPath("questions_ouvertes.md")
_HEADING = re.compile(r"^#{1,3}\s*Question\s+(\d+)\b[\s:.–-]*(.*)$", re.IGNORECASE)

Marks = dict[str, dict[str, float]]
"""Marks by student and question: `{"alice": {"q1": 5}}`."""


@dataclass(frozen=True)
class Section:
    """One question in a file: its title, and what stands under it besides the statement."""

    title: str
    answer: str


def sections(text: str) -> dict[str, Section]:
    """Read the sections of a file of open questions, by id (`q1`…); quoted lines are the statement."""
    found: dict[str, Section] = {}
    lines: list[str] = []
    identifier = title = ""
    for line in [*_without_comments(text).splitlines(), "# Question 0"]:
        heading = _HEADING.match(line)
        if not heading:
            lines.append(line)
            continue
        if identifier:
            found[identifier] = Section(title, "\n".join(x for x in lines if not x.startswith(">")).strip())
        identifier, title, lines = f"q{heading[1]}", heading[2].strip(), []
    return found


def _without_comments(text: str) -> str:
    """Take out `<!-- … -->`; one that is never closed is text. Each character is looked at once, whatever the text."""
    kept = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[position:start])
        position = end + len("-->")
    return "".join([*kept, text[position:]])


def grade_open_questions(
    source: Source, student: str, scale: OpenScale, marks: Marks, notices: list[str]
) -> OpenQuestionsResult:
    """Tell which questions are unanswered (0 point), marked, or to be marked."""
    data = source.read(FILE) if FILE in source.names() else None
    asked = {question.id: question.title for question in load_questions()}
    answered = sections(data.decode("utf-8", "replace")) if data else {}
    if data and not answered:
        notices.append(f"{FILE} : aucun titre « ## Question N » trouvé ; à relire à la main")
    questions = []
    for number in range(1, scale.count + 1):
        identifier = f"q{number}"
        mark = marks.get(student, {}).get(identifier)
        lost = bool(data) and not answered  # no heading at all: what is there must still be read
        present = lost or bool(identifier in answered and answered[identifier].answer)
        status = "marked" if mark is not None else "pending" if present else "unanswered"
        points = mark if mark is not None else None if present else 0.0
        title = asked.get(identifier, f"Question {number}")
        questions.append(
            OpenQuestion(id=identifier, title=title, status=status, points=points, max=scale.points)  # type: ignore[arg-type]
        )
    states = {question.status for question in questions}
    status = "pending" if "pending" in states else "marked" if "marked" in states else "unanswered"
    return OpenQuestionsResult(
        status=status,  # type: ignore[arg-type]
        points=sum(question.points or 0.0 for question in questions),
        max=scale.count * scale.points,
        questions=tuple(questions),
    )


def load_marks(path: Path, scale: OpenScale, students: set[str]) -> Marks:
    """Read the instructor's marks.

    Raises:
        UsageError: the file cannot be read, or a student, a question or a mark in it does not fit.
    """
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"Notes illisibles ({path}) : {error}.") from error
    return {student: _marks_of(path, student, given, scale, students) for student, given in data.items()}


def _marks_of(path: Path, student: str, given: Any, scale: OpenScale, students: set[str]) -> dict[str, float]:
    shown = harmless(student, 60)
    if student not in students:
        raise UsageError(
            f"{path} : « {shown} » n'est l'identifiant d'aucun rendu. Connus : {', '.join(sorted(students))}."
        )
    if not isinstance(given, dict):
        raise UsageError(f"{path} : sous « {shown} », écrivez une note par question, comme q1 = 4.5.")
    for question, mark in given.items():
        if not re.fullmatch(r"q\d+", question) or not 1 <= int(question[1:]) <= scale.count:
            raise UsageError(
                f"{path} : « {shown} » : question inconnue « {harmless(question, 40)} » (q1 à q{scale.count})."
            )
        if isinstance(mark, bool) or not isinstance(mark, int | float) or not 0 <= mark <= scale.points:
            raise UsageError(f"{path} : « {shown} », {question} : donnez une note de 0 à {scale.points}.")
    return {question: float(mark) for question, mark in given.items()}
