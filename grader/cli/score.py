"""`grader score`: from paths to a table, and the files that an instructor asked for."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader import csv_export
from grader.cli.console import errors, out
from grader.cli.live import LiveTable
from grader.cli.reports import print_details
from grader.errors import UsageError
from grader.exercises import IDS
from grader.open_questions import load_marks
from grader.results import Results
from grader.sandbox.isolation import probe_machine
from grader.scale import DEFAULT, Scale, load_scale
from grader.scoring import Options, draw_seed, score, unreadable_because
from grader.shipped import is_shipped
from grader.sources import open_source
from grader.submissions import NothingToScoreError, Submission, find


@dataclass(frozen=True)
class Request:
    """The options of the command line, as they were given."""

    paths: tuple[Path, ...]
    json: Path | None
    csv: Path | None
    seed: int | None
    only: tuple[str, ...]
    details: bool
    isolation: Literal["strict", "process"]
    engine: Literal["fork", "fresh"]
    open_marks: Path | None
    scale: Path | None


def score_paths(request: Request) -> None:
    """Score and show. Raises UsageError before anything is graded if something given does not fit."""
    began = time.perf_counter()
    submissions = _find(request.paths)
    scale = load_scale(request.scale or DEFAULT)
    marks = (
        load_marks(request.open_marks, scale.open_questions, {s.id for s in submissions})
        if request.open_marks
        else {}
    )
    for path in (request.json, request.csv):
        _check_writable(path)
    only = _parts(request.only, scale)
    isolation = _isolation(request, submissions)
    seed = draw_seed() if request.seed is None else request.seed
    options = Options(seed, request.engine, isolation, scale, marks, only)
    with LiveTable(submissions, scale, options) as table:
        results = score(submissions, options, table.exercise_done, table.submission_done)
    _write(request, results, scale)
    if request.details or len(submissions) == 1:
        print_details(results)
    seconds = f"{time.perf_counter() - began:.1f}".replace(".", ",")
    out.print(f"[dim]Graine {seed} · moteur {request.engine} · isolation {isolation} · {seconds} s[/]")


def _find(paths: tuple[Path, ...]) -> list[Submission]:
    try:
        return find(paths)
    except NothingToScoreError as error:
        raise UsageError(str(error)) from error


def _check_writable(path: Path | None) -> None:
    """Refuse now a file that could not be written after an hour of grading."""
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        raise UsageError(f"Impossible d'écrire {path} : donnez un fichier dans un dossier qui existe.")


def _parts(only: tuple[str, ...], scale: Scale) -> frozenset[str] | None:
    """Check the parts named by `--only`."""
    if not only:
        return None
    shorts = [exercise.partition("_")[0] for exercise in IDS]
    known = {*IDS, *shorts, *(f"{short}.{n}" for short in shorts for n in range(1, 7)), *scale.quizzes}
    unknown = [part for part in only if part not in known]
    if unknown:
        raise UsageError(
            f"Partie inconnue : {', '.join(unknown)}. Donnez ex1 à ex5, un critère comme ex2.4, "
            f"ou un quiz ({', '.join(scale.quizzes)})."
        )
    return frozenset(only)


def _isolation(request: Request, submissions: list[Submission]) -> Literal["strict", "process"]:
    """Hold the level asked for, or refuse: untrusted code never runs below it without the instructor's word."""
    if request.isolation == "process":
        return "process"
    report = probe_machine()
    if report.strict:
        return "strict"
    readable = [submission for submission in submissions if not unreadable_because(submission)]
    if all(is_shipped(open_source(submission)) for submission in readable):
        errors.print(
            "[dim]Isolation stricte indisponible ; ces fichiers sont ceux du cours, elle n'est pas nécessaire.[/]"
        )
        return "process"
    raise UsageError(
        "Cette machine n'isole pas le code des étudiants (« grader doctor » dit pourquoi). Corrigez sous Linux 5.13 ou "
        "plus récent ; ou, si vous faites confiance à ces rendus, ajoutez : --isolation process"
    )


def _write(request: Request, results: Results, scale: Scale) -> None:
    try:
        if request.json:
            request.json.write_text(results.model_dump_json(indent=2) + "\n", encoding="utf-8")
        if request.csv:
            csv_export.write(request.csv, results, scale)
    except OSError as error:
        raise UsageError(f"Écriture impossible : {error}.") from error
