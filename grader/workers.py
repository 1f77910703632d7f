"""The worker processes that grade: they never run student code themselves, and one that breaks costs one exercise."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pebble import ProcessExpired, ProcessPool

from grader.exercises import load
from grader.grading import Request, grade_exercise, wanted_results
from grader.messages import few
from grader.results import ExerciseResult
from grader.sandbox import scratch
from grader.sandbox.engine import Engine, EngineName, Isolation
from grader.sandbox.isolation import probe
from grader.sandbox.process import EngineError
from grader.sources import UnreadableError, open_source
from grader.submissions import Submission

JOB_TIMEOUT_S = 180.0
"""Twice the budget of an exercise: past it the worker itself hangs, and is replaced."""


ATTEMPTS = 2


@dataclass(frozen=True)
class Job:
    """One exercise of one submission."""

    submission: Submission
    exercise: str
    request: Request


_engine: Engine | None = None


def _prepare(name: EngineName, isolation: Isolation, folder: Path) -> None:
    """Start the worker's engine, with its folders below `folder`; Ctrl-C is the business of the main process."""
    global _engine  # one engine for the life of a worker process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _engine = Engine(name, isolation, parent=folder)
    if isolation == "strict" and not (report := probe(_engine)).strict:
        raise EngineError(f"l'isolation n'est pas assurée : {report}")


def _grade_in_worker(job: Job) -> ExerciseResult:
    """Grade with the worker's engine. One that has died costs the job this attempt, and no job after it."""
    assert _engine is not None
    result = grade(job, _engine)
    if not _engine.alive:
        _engine.close()
        _prepare(_engine.name, _engine.isolation, _engine.folder.parent)
        raise EngineError("le moteur s'est arrêté")
    return result


def grade(job: Job, engine: Engine) -> ExerciseResult:
    """Grade one exercise in this process. Whatever the submission is, this returns."""
    exercise = load(job.exercise)
    try:
        source = open_source(job.submission)
    except UnreadableError as error:
        return wanted_results(exercise, job.request.only, "skipped", str(error))
    result = grade_exercise(engine, source, exercise, job.request)
    return result.model_copy(update={"notices": few([*result.notices, *source.notices])})


class Workers:
    """A pool of worker processes. A context manager: leaving it ends them."""

    def __init__(self, engine: EngineName, isolation: Isolation, count: int | None = None) -> None:
        # One more than there are processors: a suite often waits, for a lock or for a server to end.
        self.count = count or processors() + 1
        # Made here, so that the folders of a worker that had to be killed are removed as well.
        self._folder = scratch.make()
        self._pool = ProcessPool(
            max_workers=self.count,
            initializer=_prepare,
            initargs=(engine, isolation, self._folder),
            context=multiprocessing.get_context("spawn"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        scratch.remove(self._folder)

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, ExerciseResult]]:
        """Grade every job, in whatever order they end; once more where the grader broke or met an error of its own."""
        pending = {self._schedule(job): (job, 1) for job in jobs}
        while pending:
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                job, attempts = pending.pop(future)
                broken = broken_because(future)
                if attempts < ATTEMPTS and (broken or _met_error(future.result())):
                    pending[self._schedule(job)] = (job, attempts + 1)
                elif broken:
                    yield job, wanted_results(load(job.exercise), job.request.only, "error", broken)
                else:
                    yield job, future.result()

    def _schedule(self, job: Job) -> "Future[ExerciseResult]":
        run: Callable[..., Future[ExerciseResult]] = self._pool.schedule
        return run(_grade_in_worker, args=[job], timeout=JOB_TIMEOUT_S)


def _met_error(result: ExerciseResult) -> bool:
    return any(criterion.status == "error" for criterion in result.criteria)


def processors() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def broken_because(future: "Future[ExerciseResult]") -> str | None:
    """Say what went wrong in the grader itself, None if nothing did."""
    error = future.exception()
    if error is None:
        return None
    if isinstance(error, TimeoutError):
        return f"le correcteur n'a pas terminé en {JOB_TIMEOUT_S:.0f} s"
    if isinstance(error, ProcessExpired):
        return f"un processus du correcteur s'est arrêté (code {error.exitcode})"
    return f"{type(error).__name__}: {error}"
