"""`grader check`: the instructor's checks on one's own work, the first failure first."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from rich.markup import escape

from grader.cli.console import out
from grader.cli.reports import MARKS, print_criterion, print_failure
from grader.errors import UsageError
from grader.exercises import IDS, load
from grader.grading import Request
from grader.quiz import load_quiz, read_answers
from grader.results import CriterionResult, ExerciseResult
from grader.sandbox.engine import Engine
from grader.sandbox.isolation import probe
from grader.scale import load_scale
from grader.scoring import draw_seed
from grader.submissions import Submission
from grader.workers import Job, grade
from grader.workspace import load_state, remember, require_workspace, save_state

LEVELS = ("idea", "almost")


def check_workspace(
    folder: Path, wanted: str | None, *, hint: bool, seed: int | None, json: Path | None
) -> int:
    """Check, show, remember; the exit status: 0 all green, 1 something is not."""
    require_workspace(folder)
    exercises, only = _wanted(wanted)
    state = load_state(folder)
    done: list[ExerciseResult] = []
    failed: ExerciseResult | None = None
    for result in _grade(folder, exercises, only, draw_seed() if seed is None else seed):
        done.append(result)
        _print_line(result)
        remember(state, result)
        if any(criterion.status != "passed" for criterion in result.criteria):
            failed = result
            break
    if failed:
        _print_first_failure(failed, state.hints, hint=hint)
    elif wanted is None:
        _print_finish(folder)
    save_state(folder, state)
    if json:
        json.write_text(
            "[" + ",\n".join(result.model_dump_json(indent=1) for result in done) + "]\n", encoding="utf-8"
        )
    return 1 if failed else 0


def _wanted(wanted: str | None) -> tuple[list[str], frozenset[str] | None]:
    """Read what is to be checked: everything, an exercise, or a criterion."""
    if wanted is None:
        return list(IDS), None
    short, _, number = wanted.partition(".")
    found = [identifier for identifier in IDS if short in (identifier, identifier.partition("_")[0])]
    if not found or (number and number not in "123456"):
        raise UsageError(f"« {wanted} » n'est ni un exercice (ex1 à ex5) ni un critère (comme ex3.2).")
    return found, frozenset({wanted}) if number else None


def _grade(
    folder: Path, exercises: list[str], only: frozenset[str] | None, seed: int
) -> Iterator[ExerciseResult]:
    """Grade one exercise after the other, isolated where the machine can: the code is the student's own."""
    submission = Submission("travail", folder.resolve())
    engine = Engine("fork", "strict")
    if not probe(engine).strict:
        engine.close()
        engine = Engine("fork", "process")
    with engine:
        for exercise in exercises:
            yield grade(Job(submission, exercise, Request("travail", seed, only)), engine)


def _print_line(result: ExerciseResult) -> None:
    marks = "".join(MARKS[criterion.status] for criterion in result.criteria)
    out.print(f"{result.id:<24} {marks}  {result.points}/{result.max}  {escape(result.title)}")
    for notice in result.notices:
        out.print(f"  [dim]{escape(notice)}[/]")


def _print_first_failure(result: ExerciseResult, hints: dict[str, int], *, hint: bool) -> None:
    out.print()
    first = next(criterion for criterion in result.criteria if criterion.status != "passed")
    if first.status == "skipped":
        _print_precondition(result, first)
    else:
        print_criterion(first)
    if hint:
        _print_hint(result, first, hints)
    out.print(f"\n  à ouvrir  {', '.join(f'{result.id}/{name}' for name in load(result.id).student)}")
    out.print(f"  énoncé    {result.id}/README.md")
    if not hint:
        out.print(f"  un indice uv run grader check {result.id.partition('_')[0]} --hint")


def _print_precondition(result: ExerciseResult, first: CriterionResult) -> None:
    """Tell the one reason why nothing can be verified, and what the server itself said of it."""
    out.print(f"{MARKS['skipped']} Rien n'est encore vérifiable : il faut d'abord que ceci marche.")
    if result.precondition is None:
        out.print(f"     {escape(first.reason or '')}")
        return
    print_failure(result.precondition)
    lines = result.log.strip().splitlines()
    if lines and not lines[-1].startswith("INFO:"):
        out.print("     [dim]votre serveur a dit :[/]")
        for line in lines[-4:]:
            out.print(f"       [dim]{escape(line)}[/]")


def _print_hint(result: ExerciseResult, criterion: CriterionResult, hints: dict[str, int]) -> None:
    """Give one level more than last time; the first level already stands in the failure."""
    texts = load(result.id).hints[criterion.id]
    level = min(hints.get(criterion.id, 0), len(LEVELS) - 1)
    out.print(f"     [cyan]indice {level + 2}/3[/]  {escape(texts[LEVELS[level]])}")
    hints[criterion.id] = level + 1


def _print_finish(folder: Path) -> None:
    """Say that the exercises are done, and what remains besides them."""
    out.print(
        "\n[bold green]Les trente critères sont réussis.[/] Vous avez écrit un récepteur digne de la production."
    )
    for identifier in load_scale().quizzes:
        quiz = load_quiz(identifier)
        name = PurePosixPath("quiz") / f"{identifier}.toml"
        path = folder / name
        answers, problems = (
            read_answers(path.read_bytes(), name) if path.is_file() else ({}, [f"Le fichier {name} manque."])
        )
        given = sum(1 for question in quiz.questions if str(answers.get(question.id, "")).strip())
        out.print(f"Quiz {quiz.title} : {given}/{len(quiz.questions)} réponses données ({name}).")
        for problem in problems:
            out.print(f"  {escape(problem)}")
    out.print("Les questions ouvertes (questions_ouvertes.md) sont lues par votre enseignant.")
