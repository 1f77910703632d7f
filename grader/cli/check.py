"""`grader check`: the instructor's checks on one's own work, the first failure first."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from rich.markup import escape

from grader.cli.console import out
from grader.cli.reports import MARKS, print_criterion, print_failure, print_pairs
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
from grader.workspace import find_workspace, load_state, remember, save_state

LEVELS = ("idea", "almost")


def check_workspace(
    folder: Path, wanted: str | None, *, hint: bool, seed: int | None, json: Path | None
) -> int:
    """Check, show, remember; the exit status: 0 all green, 1 something is not."""
    folder = find_workspace(folder)
    if wanted == "quiz":
        return _print_quizzes(folder)
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
    else:
        _print_next(exercises[-1])
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
    wanted = wanted.rstrip("/").lower()
    short, _, number = wanted.partition(".")
    found = [identifier for identifier in IDS if short in (identifier, identifier.partition("_")[0])]
    if not found or (number and number not in "123456"):
        raise UsageError(
            f"« {wanted} » n'est ni un exercice (ex1 à ex5), ni un critère (comme ex3.2), ni quiz."
        )
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
    lines = where_it_broke(result.log)
    if lines:
        print_pairs({"votre serveur": "\n".join(lines)})


def where_it_broke(log: str) -> list[str]:
    """Of a traceback, keep the last lines that stand in the student's own files, and the error itself."""
    lines = log.strip().splitlines()
    if not lines or lines[-1].startswith("INFO:"):
        return []
    own = [number for number, line in enumerate(lines) if line.strip().startswith(('File "ex', 'File "kit'))]
    frame = [line.strip() for line in lines[own[-1] : own[-1] + 2]] if own else []
    return [*frame, lines[-1].strip()]


def _print_hint(result: ExerciseResult, criterion: CriterionResult, hints: dict[str, int]) -> None:
    """Give one level more than last time; the first level already stands in the failure."""
    sent = result.precondition.deliveries if result.precondition else ()
    if criterion.status == "skipped" and not sent:
        return  # a file that is missing, or a server that does not start, needs no hint
    texts = load(result.id).hints[criterion.id]
    # What the precondition uses up is kept apart from the hints of the criterion itself.
    key = result.id if criterion.status == "skipped" else criterion.id
    level = min(hints.get(key, 0), len(LEVELS) - 1)
    print_pairs({f"indice {level + 2}/3": texts[LEVELS[level]]})
    hints[key] = level + 1


def _print_finish(folder: Path) -> None:
    """Say that the exercises are done, and what remains besides them."""
    out.print(
        "\n[bold green]Les trente critères sont réussis.[/] Vous avez écrit un récepteur digne de la production."
    )
    _print_quizzes(folder)
    out.print("Les questions ouvertes (questions_ouvertes.md) sont lues par votre enseignant.")


def _print_next(exercise: str) -> None:
    """Say where to go on."""
    following = IDS[IDS.index(exercise) + 1 :]
    if following:
        out.print(f"[green]C'est acquis.[/] Ensuite : {following[0]}/README.md")
    else:
        out.print("[green]C'est acquis.[/] Pour tout revoir : uv run grader check")


def _print_quizzes(folder: Path) -> int:
    """Say how many answers were given, and what of the file cannot be read; 1 unless all are there."""
    complete = True
    for identifier in load_scale().quizzes:
        quiz = load_quiz(identifier)
        name = PurePosixPath("quiz") / f"{identifier}.toml"
        path = folder / name
        answers, problems = (
            read_answers(path.read_bytes(), name) if path.is_file() else ({}, [f"Le fichier {name} manque."])
        )
        given = sum(1 for question in quiz.questions if answers.get(question.id) in ("a", "b", "c", "d"))
        complete = complete and given == len(quiz.questions) and not problems
        out.print(f"Quiz {quiz.title} : {given}/{len(quiz.questions)} réponses données ({name}).")
        for problem in problems:
            out.print(f"  {escape(problem)}")
    return 0 if complete else 1
