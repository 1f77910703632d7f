"""The quizzes: one TOML source in course/quiz/, and the checking of a student's answers."""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.messages import few, harmless
from grader.paths import COURSE
from grader.results import QuestionResult, QuizResult
from grader.sources import Source

Letter = Literal["a", "b", "c", "d"]
Text = Annotated[str, Field(min_length=1)]
MAX_ANSWERS_BYTES = 64 << 10
MAX_LINE = 500
"""Characters: the time that tomllib takes grows with the square of a dotted key's length."""

# A number of 5000 digits is a plain ValueError, a hundred brackets in one another too deep.
NOT_TOML = (ValueError, RecursionError)
_ASSIGNMENT = re.compile(r"^\s*([\w-]+)\s*=")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Model):
    """One option, and what is said to who chose it."""

    text: Text
    feedback: Text


class Question(_Model):
    """One question; `anchor` is the key, in course/anchors.toml, of the passage that answers it."""

    id: Annotated[str, Field(pattern=r"^q\d\d$")]
    section: Text
    statement: Text
    options: dict[Letter, Option]
    answer: Letter
    explanation: Text
    anchor: Text


class Section(_Model):
    """One part of a quiz."""

    id: Text
    title: Text


class Quiz(_Model):
    """A whole quiz, as its source says it."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    id: Text
    title: Text
    points_per_question: Annotated[int, Field(gt=0)]
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Quiz":
        ids = [question.id for question in self.questions]
        if len(set(ids)) != len(ids):
            raise ValueError("two questions have the same id")
        known = {section.id for section in self.sections}
        for question in self.questions:
            if question.section not in known:
                raise ValueError(f"{question.id}: unknown section {question.section}")
            if set(question.options) != {"a", "b", "c", "d"}:
                raise ValueError(f"{question.id}: four options are needed, a to d")
        return self

    @property
    def max(self) -> int:
        """The best score."""
        return self.points_per_question * len(self.questions)


def quiz_ids() -> tuple[str, ...]:
    """List the quizzes of the course."""
    return tuple(sorted(path.stem for path in (COURSE / "quiz").glob("*.toml")))


@cache
def load_quiz(identifier: str) -> Quiz:
    """Read a quiz of the course. Raises OSError or ValueError if the course's own file is broken."""
    return parse_quiz((COURSE / "quiz" / f"{identifier}.toml").read_text(encoding="utf-8"))


def parse_quiz(text: str) -> Quiz:
    """Read the source of a quiz. Raises ValueError."""
    return Quiz.model_validate(tomllib.loads(text))


def grade_quiz(source: Source, identifier: str) -> QuizResult:
    """Check the answers of a submission. Whatever the file holds, this returns; what is wrong is named."""
    quiz = load_quiz(identifier)
    name = PurePosixPath("quiz") / f"{identifier}.toml"
    data = source.read(name) if name in source.names() else None
    if data is None:
        return _result(quiz, {}, [f"Le fichier {name} manque."], missing=True)
    answers, problems = read_answers(data, name)
    return _result(quiz, answers, problems)


def read_answers(data: bytes, name: PurePosixPath | Path) -> tuple[dict[str, Any], list[str]]:
    """Parse a file of answers; a question answered twice is named and left out, the others still count."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {}, [f"{name} n'est pas en UTF-8 : enregistrez-le dans cet encodage."]
    lines = text.splitlines()
    if len(data) > MAX_ANSWERS_BYTES or any(len(line) > MAX_LINE for line in lines):
        return {}, [f'{name} est trop long. Écrivez une ligne courte par réponse, comme q01 = "b".']
    try:
        return tomllib.loads(text), []
    except NOT_TOML as error:
        first_error = error
    twice = _answered_twice(lines)
    problems = [f"{harmless(key, 40)} a plusieurs réponses : aucune n'est comptée." for key in sorted(twice)]
    kept = "\n".join(line for line in lines if _key(line) not in twice)
    try:
        return tomllib.loads(kept), problems
    except NOT_TOML:
        said = harmless(str(first_error), 120)
        return {}, [
            *problems,
            f'{name} n\'est pas du TOML : {said}. Écrivez une ligne par réponse, comme q01 = "b".',
        ]


def _key(line: str) -> str | None:
    match = _ASSIGNMENT.match(line)
    return match[1] if match else None


def _answered_twice(lines: list[str]) -> set[str]:
    keys = Counter(key for line in lines if (key := _key(line)))
    return {key for key, times in keys.items() if times > 1}


def _result(quiz: Quiz, answers: dict[str, Any], problems: list[str], *, missing: bool = False) -> QuizResult:
    known = {question.id for question in quiz.questions}
    problems = [
        *problems,
        *(f"{harmless(key, 40)} : question inconnue." for key in answers if key not in known),
    ]
    questions = []
    for question in quiz.questions:
        given = answers.get(question.id, "")
        letter = given.strip().lower() if isinstance(given, str) else None
        if letter is None or letter not in ("", "a", "b", "c", "d"):
            problems.append(
                f'{question.id} : réponse illisible, écrivez une seule lettre, comme {question.id} = "b".'
            )
            letter = None
        right = letter == question.answer
        questions.append(QuestionResult(id=question.id, answer=letter or None, right=right))
    points = quiz.points_per_question * sum(question.right for question in questions)
    return QuizResult(
        id=quiz.id,
        title=quiz.title,
        points=points,
        max=quiz.max,
        missing=missing,
        questions=tuple(questions),
        problems=few(problems),
    )
