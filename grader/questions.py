"""The open questions as the course asks them: `course/open_questions.toml`."""

import tomllib
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from grader.paths import COURSE

Text = Annotated[str, Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(_Model):
    """One level of a rubric: its points, and what an answer of that level looks like."""

    points: Annotated[int, Field(ge=0)]
    looks_like: Text


class AskedQuestion(_Model):
    """One open question: what the student reads, and what the instructor marks by."""

    id: Annotated[str, Field(pattern=r"^q\d$")]
    title: Text
    statement: Text
    points: Annotated[int, Field(gt=0)]
    anchors: tuple[str, ...]
    rubric: tuple[Level, ...]
    mistakes: tuple[str, ...]
    model_answer: Text

    @property
    def heading(self) -> str:
        """The heading that stands over it in the student's file, by which the answer is found again."""
        return f"Question {self.id.removeprefix('q')} : {self.title}"


class QuestionPaper(_Model):
    """All open questions."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    questions: tuple[AskedQuestion, ...]


@cache
def load_questions() -> tuple[AskedQuestion, ...]:
    """Read the open questions. Raises OSError or ValueError if the course's own file is broken."""
    text = (COURSE / "open_questions.toml").read_text(encoding="utf-8")
    return QuestionPaper.model_validate(tomllib.loads(text)).questions
