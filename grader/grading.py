"""Grading one exercise of one submission: from its files to its criteria."""

import hashlib
import hmac
import importlib
import time
from dataclasses import dataclass
from typing import Literal

from grader.checks.criterion import Criterion, criterion_of
from grader.checks.failure import Failure
from grader.checks.lab import Lab
from grader.checks.plugin import GradingPlugin, Outcome, replay_of
from grader.checks.run import run_suite
from grader.collect import collect
from grader.exercises import Exercise
from grader.messages import harmless, harmless_lines
from grader.passages import passages
from grader.results import CriterionResult, ExerciseResult, FailureReport, Part
from grader.sandbox.engine import Engine, Workspace
from grader.sources import Source

LOG_CHARACTERS = 4000
SHOWN_CHARACTERS = 1000
START_HINT = "La dernière ligne de l'erreur en dit la cause, et les précédentes le fichier et la ligne."


@dataclass(frozen=True)
class Request:
    """What to grade, with what seed: `seed` is the course key, `student` the submission's id."""

    student: str
    seed: int
    only: frozenset[str] | None = None


def key_of(seed: int, student: str, exercise: str) -> bytes:
    """Derive the randomness of one suite for one student: other students get other data, a regrade the same."""
    return hmac.digest(str(seed).encode(), f"{student}\0{exercise}".encode(), hashlib.sha256)


def grade_exercise(engine: Engine, source: Source, exercise: Exercise, request: Request) -> ExerciseResult:
    """Grade one exercise. Whatever the student's files are, this returns; errors of the grader are told as such."""
    space = engine.workspace()
    try:
        return _grade_in(space, engine, source, exercise, request)
    finally:
        engine.discard(space)


def _grade_in(
    space: Workspace, engine: Engine, source: Source, exercise: Exercise, request: Request
) -> ExerciseResult:
    began = time.perf_counter()
    collected = collect(source, exercise, space)
    if collected.missing:
        absent = wanted_results(exercise, request.only, "skipped", collected.missing)
        return absent.model_copy(update={"missing": True, "notices": tuple(collected.notices)})
    lab = Lab(engine, space, exercise, key_of(request.seed, request.student, exercise.id))
    try:
        plugin = run_suite(lab, request.only)
    finally:
        lab.close()
    # What the suite declares is what must be judged: a check that pytest did not run is an error, not an absence.
    outcomes = [plugin.outcomes.get(c.id) or Outcome(c) for c in wanted(exercise, request.only)]
    criteria = tuple(_criterion(outcome, exercise, lab) for outcome in outcomes)
    return ExerciseResult(
        id=exercise.id,
        title=exercise.title,
        points=sum(criterion.points for criterion in criteria),
        max=sum(criterion.max for criterion in criteria),
        criteria=criteria,
        precondition=_precondition(plugin, exercise, lab),
        notices=tuple(collected.notices),
        log=_log(plugin, lab),
        seconds=round(time.perf_counter() - began, 3),
    )


def wanted(exercise: Exercise, only: frozenset[str] | None) -> list[Criterion]:
    """List the criteria that the exercise's suite declares, or those of them that are asked for."""
    suite = importlib.import_module(f"grader.suites.{exercise.id}")
    declared = [criterion_of(check) for name, check in vars(suite).items() if name.startswith("test_")]
    return [criterion for criterion in declared if only is None or criterion.id in only]


def wanted_results(
    exercise: Exercise, only: frozenset[str] | None, status: Literal["skipped", "error"], reason: str
) -> ExerciseResult:
    """Give every criterion of the exercise the same status, 0 point and the one reason."""
    criteria = tuple(
        CriterionResult(
            id=criterion.id,
            title=criterion.title,
            status=status,
            points=0,
            max=criterion.points,
            parts=tuple(Part(title=title, status="not_run") for title in criterion.parts),
            reason=reason,
        )
        for criterion in wanted(exercise, only)
    )
    return ExerciseResult(
        id=exercise.id, title=exercise.title, points=0, max=sum(c.max for c in criteria), criteria=criteria
    )


def _log(plugin: GradingPlugin, lab: Lab) -> str:
    """Keep the end of what the first server wrote on its error stream when nothing could be judged."""
    if plugin.precondition_failure is None:
        return ""
    return harmless_lines(lab.redact(lab.first_log())[-LOG_CHARACTERS:])


def _criterion(outcome: Outcome, exercise: Exercise, lab: Lab) -> CriterionResult:
    """Complete a criterion with the report of its failure."""
    result = outcome.result()
    reason = harmless_lines(lab.redact(result.reason)) if result.reason else None
    failure = outcome.check.failure
    report = (
        _report(failure, outcome.check.criterion, exercise, lab)
        if failure and result.status == "failed"
        else None
    )
    return result.model_copy(update={"failure": report, "reason": reason})


def _precondition(plugin: GradingPlugin, exercise: Exercise, lab: Lab) -> FailureReport | None:
    """Report why nothing could be verified, with the hint and passage of the exercise's first criterion."""
    if plugin.precondition_failure is None:
        return None
    first = wanted(exercise, None)[0]
    report = _report(plugin.precondition_failure, first, exercise, lab)
    if not report.deliveries:  # nothing was sent: the criterion's hint would lead astray
        report = report.model_copy(update={"hint": START_HINT})
    return report.model_copy(update={"command": report.command and f"grader replay {exercise.short}"})


def _report(failure: Failure, criterion: Criterion, exercise: Exercise, lab: Lab) -> FailureReport:
    replays = tuple(replay_of(delivery) for delivery in failure.deliveries)
    return FailureReport(
        sent=harmless(lab.redact(failure.sent), SHOWN_CHARACTERS),
        expected=harmless(lab.redact(failure.expected), SHOWN_CHARACTERS),
        received=harmless(lab.redact(failure.received), SHOWN_CHARACTERS),
        hint=exercise.hints[criterion.id]["where"],
        anchor=criterion.anchor,
        passage=str(passages()[criterion.anchor]),
        command=f"grader replay {criterion.id}" if replays else None,
        deliveries=replays,
    )
