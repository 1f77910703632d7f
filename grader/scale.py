"""The scale of a course: how many points each part is worth, and the mentions. Data, not code."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import UsageError
from grader.exercises import IDS
from grader.quiz import quiz_ids
from grader.results import ExerciseResult, OpenQuestionsResult, QuizResult, Total

DEFAULT = Path(__file__).parent / "bareme.toml"

Points = Annotated[int, Field(ge=0, le=1000)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Mention(_Model):
    """What a total from `at_least` on is called."""

    at_least: Points = Field(alias="from")
    text: str


class OpenScale(_Model):
    """How many open questions there are, and the points of each."""

    count: Points
    points: Points


class Scale(_Model):
    """The points of each exercise and quiz by id, of the open questions, and the mentions."""

    exercises: dict[str, Points]
    quizzes: dict[str, Points]
    open_questions: OpenScale
    mentions: tuple[Mention, ...]

    @property
    def max(self) -> int:
        """The best total."""
        return sum(self.exercises.values()) + sum(self.quizzes.values()) + self.open_max

    @property
    def open_max(self) -> int:
        """The best mark of all open questions together."""
        return self.open_questions.count * self.open_questions.points

    def total(
        self,
        exercises: tuple[ExerciseResult, ...],
        quizzes: tuple[QuizResult, ...],
        open_questions: OpenQuestionsResult,
    ) -> Total:
        """Add up what is known; what the instructor has still to mark is pending, and gives no mention yet."""
        points = sum(
            share(self.exercises[e.id], e.points, e.max) for e in exercises if e.id in self.exercises
        )
        points += sum(share(self.quizzes[q.id], q.points, q.max) for q in quizzes if q.id in self.quizzes)
        points += open_questions.points
        pending = sum(q.max for q in open_questions.questions if q.status == "pending")
        mention = None if pending else self.mention(points)
        return Total(points=tidy(points), max=self.max, pending=pending, mention=mention)

    def mention(self, points: float) -> str:
        """Name the highest mention that the total reaches; thresholds are out of 100 points of the scale."""
        percent = 100 * points / self.max if self.max else 0.0
        reached = [mention for mention in self.mentions if percent >= mention.at_least]
        return max(reached, key=lambda mention: mention.at_least).text if reached else ""


def share(worth: int, points: int, out_of: int) -> float:
    """Give the part of `worth` that `points` out of `out_of` earn."""
    return worth * points / out_of if out_of else 0.0


def tidy(points: float) -> float:
    """Round to hundredths, where a mark is read."""
    return round(points + 0.0, 2)


def load_scale(path: Path = DEFAULT) -> Scale:
    """Read a scale. Raises UsageError for a file that is none, or that names exercises that do not exist."""
    try:
        scale = Scale.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"Barème illisible ({path}) : {error}. Partez du fichier grader/bareme.toml."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"Barème incorrect ({path}), à « {where} » : {first['msg']}.") from error
    unknown = sorted(set(scale.exercises) - set(IDS))
    if unknown:
        raise UsageError(f"Le barème {path} nomme des exercices inconnus : {', '.join(unknown)}.")
    unknown = sorted(set(scale.quizzes) - set(quiz_ids()))
    if unknown:
        known = ", ".join(quiz_ids())
        raise UsageError(
            f"Le barème {path} nomme des quiz inconnus : {', '.join(unknown)}. Connus : {known}."
        )
    return scale
