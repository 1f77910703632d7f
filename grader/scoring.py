"""Scoring submissions: their exercises by the workers, their quizzes and open questions here, their totals."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from grader.exercises import IDS
from grader.grading import Request
from grader.messages import few, harmless
from grader.open_questions import Marks, grade_open_questions
from grader.quiz import grade_quiz
from grader.results import ExerciseResult, OpenQuestionsResult, QuizResult, Results, SubmissionResult, Total
from grader.sandbox.engine import EngineName, Isolation
from grader.scale import Scale
from grader.sources import Source, UnreadableError, open_source
from grader.submissions import Submission
from grader.workers import Job, Workers

LONGEST_FIRST = ("ex1_signature", "ex5_production", "ex3_idempotence", "ex2_upsert_vs_webhook", "ex4_rgpd")
"""By the number of servers that a suite starts: the workers then end at about the same time."""

SEED_BITS = 53  # a JSON number keeps it whole


@dataclass(frozen=True)
class Options:
    """How a grading is made. `only` holds criterion, exercise or quiz ids; None means everything."""

    seed: int
    engine: EngineName
    isolation: Isolation
    scale: Scale
    marks: Marks = field(default_factory=dict)
    only: frozenset[str] | None = None
    workers: int | None = None


OnExercise = Callable[[Submission, ExerciseResult], None]
OnSubmission = Callable[[SubmissionResult], None]


def draw_seed() -> int:
    """Draw a course key for a grading that was given none."""
    return secrets.randbits(SEED_BITS)


def score(
    submissions: list[Submission],
    options: Options,
    on_exercise: OnExercise = lambda *_: None,
    on_submission: OnSubmission = lambda _: None,
) -> Results:
    """Score every submission; the callbacks are told of each exercise and each submission as they end."""
    jobs = [job for submission in submissions for job in jobs_of(submission, options)]
    parts: dict[str, dict[str, ExerciseResult]] = {submission.id: {} for submission in submissions}
    awaited = {submission.id: sum(job.submission is submission for job in jobs) for submission in submissions}
    results: dict[str, SubmissionResult] = {}

    def finish(submission: Submission) -> None:
        results[submission.id] = _assemble_whatever_it_is(submission, parts[submission.id], options)
        on_submission(results[submission.id])

    for submission in submissions:
        if not awaited[submission.id]:
            finish(submission)
    if jobs:
        with Workers(options.engine, options.isolation, options.workers) as workers:
            for job, result in workers.run(jobs):
                parts[job.submission.id][job.exercise] = result
                on_exercise(job.submission, result)
                if len(parts[job.submission.id]) == awaited[job.submission.id]:
                    finish(job.submission)
    ordered = tuple(results[submission.id] for submission in submissions)
    return Results(seed=options.seed, engine=options.engine, isolation=options.isolation, submissions=ordered)


def jobs_of(submission: Submission, options: Options) -> list[Job]:
    """List the exercises of a submission that are wanted and on the scale."""
    if unreadable_because(submission):
        return []
    wanted = [
        exercise
        for exercise in IDS
        if exercise in options.scale.exercises and _wanted(exercise, options.only)
    ]
    only = options.only and frozenset(name for name in options.only if "." in name)
    wanted.sort(key=LONGEST_FIRST.index)
    return [
        Job(submission, exercise, Request(submission.id, options.seed, _criteria(exercise, only)))
        for exercise in wanted
    ]


def unreadable_because(submission: Submission) -> str | None:
    """Say why a submission cannot be read at all, None if it can."""
    try:
        open_source(submission)
    except UnreadableError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - what a file can do to its reader is not known in full
        return f"Illisible : {harmless(f'{type(error).__name__}: {error}', 200)}."
    return None


def _wanted(exercise: str, only: frozenset[str] | None) -> bool:
    short = exercise.partition("_")[0]
    return only is None or any(name in (exercise, short) or name.startswith(f"{short}.") for name in only)


def _criteria(exercise: str, only: frozenset[str] | None) -> frozenset[str] | None:
    """Narrow `--only` to this exercise's criteria; None where the whole exercise is wanted."""
    mine = frozenset(name for name in only or () if name.startswith(exercise.partition("_")[0] + "."))
    return mine or None


def _assemble_whatever_it_is(
    submission: Submission, exercises: dict[str, ExerciseResult], options: Options
) -> SubmissionResult:
    """Assemble; an unforeseen fault of the grader costs this submission its row, and no other."""
    try:
        return assemble(submission, exercises, options)
    except Exception as error:  # noqa: BLE001 - the class goes on
        problem = f"Erreur du correcteur : {harmless(f'{type(error).__name__}: {error}', 200)}."
        return _nothing(submission, "error", problem, options.scale)


def _nothing(
    submission: Submission, status: Literal["failed", "error"], problem: str, scale: Scale
) -> SubmissionResult:
    questions = OpenQuestionsResult(status="unanswered", points=0, max=scale.open_max)
    mention = scale.mention(0) if status == "failed" else None
    total = Total(points=0, max=scale.max, pending=0, mention=mention)
    return SubmissionResult(
        id=submission.id, status=status, problem=problem, open_questions=questions, total=total
    )


def assemble(
    submission: Submission, exercises: dict[str, ExerciseResult], options: Options
) -> SubmissionResult:
    """Put the parts of one submission together and add them up."""
    scale = options.scale
    problem = unreadable_because(submission)
    if problem:
        return _nothing(submission, "failed", problem, scale)
    source = open_source(submission)
    notices: list[str] = []
    ordered = tuple(exercises[identifier] for identifier in IDS if identifier in exercises)
    quizzes = tuple(_quizzes(source, options))
    questions = grade_open_questions(source, submission.id, scale.open_questions, options.marks, notices)
    errors = any(criterion.status == "error" for exercise in ordered for criterion in exercise.criteria)
    total = scale.total(ordered, quizzes, questions)
    if errors or options.only is not None:  # not all of it was judged: the total is no grade yet
        total = total.model_copy(update={"mention": None})
    return SubmissionResult(
        id=submission.id,
        status="error" if errors else "graded",
        exercises=ordered,
        quizzes=quizzes,
        open_questions=questions,
        total=total,
        notices=few([*notices, *source.notices]),
    )


def _quizzes(source: Source, options: Options) -> Iterable[QuizResult]:
    for identifier in options.scale.quizzes:
        if options.only is None or identifier in options.only:
            yield grade_quiz(source, identifier)
