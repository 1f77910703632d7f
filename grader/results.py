"""The result of a grading: one model, of which everything else is a rendering."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA = 1

Status = Literal["passed", "failed", "skipped", "error"]
"""`skipped`: not verifiable, with the reason. `error`: the grader's own fault, never the student's."""


class Model(BaseModel):
    """A frozen piece of a result; unknown fields are a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(Model):
    """One of the parts that a criterion lists."""

    title: str
    status: Literal["passed", "failed", "not_run"]


class Replay(Model):
    """A delivery that can be sent again: same `svix-id` and body, signed afresh, same clock offset, same faults."""

    svix_id: str
    type: str | None
    offset_s: int
    body_base64: str
    faults: tuple[tuple[str, dict[str, str | int]], ...] = ()


class FailureReport(Model):
    """Why a criterion is not earned, in French: what was sent, expected and received, and what to do next."""

    sent: str
    expected: str
    received: str
    hint: str
    anchor: str
    passage: str
    command: str | None = None
    deliveries: tuple[Replay, ...] = ()


class CriterionResult(Model):
    """One criterion of the contract."""

    id: str
    title: str
    status: Status
    points: int
    max: int
    parts: tuple[Part, ...] = ()
    reason: str | None = None
    failure: FailureReport | None = None


class ExerciseResult(Model):
    """One exercise; `notices` tell what was restored, left out or limited.

    `precondition` tells why nothing could be verified, where a delivery showed it.
    """

    id: str
    title: str
    points: int
    max: int
    missing: bool = False
    criteria: tuple[CriterionResult, ...]
    precondition: FailureReport | None = None
    notices: tuple[str, ...] = ()
    log: str = ""
    seconds: float = 0.0


class QuestionResult(Model):
    """One question of a quiz: the answer given, and whether it is right."""

    id: str
    answer: str | None
    right: bool


class QuizResult(Model):
    """One quiz; `problems` name what in the student's file could not be read."""

    id: str
    title: str
    points: int
    max: int
    missing: bool = False
    questions: tuple[QuestionResult, ...] = ()
    problems: tuple[str, ...] = ()


class OpenQuestion(Model):
    """One open question: unanswered (0), to be marked, or marked by the instructor."""

    id: str
    title: str
    status: Literal["unanswered", "pending", "marked"]
    points: float | None
    max: int


class OpenQuestionsResult(Model):
    """The open questions together; `points` is what is known so far."""

    status: Literal["unanswered", "pending", "marked"]
    points: float
    max: int
    questions: tuple[OpenQuestion, ...] = ()


class Total(Model):
    """The total on the scale; `pending` points wait for the instructor, and until then there is no mention."""

    points: float
    max: int
    pending: int
    mention: str | None = None


class SubmissionResult(Model):
    """One submission. `failed`: it could not be read at all, `problem` says why; it then has 0 point."""

    id: str
    status: Literal["graded", "failed", "error"]
    problem: str | None = None
    exercises: tuple[ExerciseResult, ...] = ()
    quizzes: tuple[QuizResult, ...] = ()
    open_questions: OpenQuestionsResult
    total: Total
    notices: tuple[str, ...] = ()


class Results(Model):
    """A whole grading, as `--json` writes it."""

    schema_version: int = Field(default=SCHEMA, alias="schema")
    seed: int
    engine: Literal["fork", "fresh"]
    isolation: Literal["strict", "process"]
    submissions: tuple[SubmissionResult, ...]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)
