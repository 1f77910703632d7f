"""One failure, one criterion, one submission, told in words."""

from rich.markup import escape
from rich.table import Table

from grader.cli.console import out
from grader.results import CriterionResult, ExerciseResult, FailureReport, Results

MARKS = {
    "passed": "[green]✓[/]",
    "failed": "[red]✗[/]",
    "skipped": "[yellow]–[/]",
    "error": "[magenta]![/]",
    "not_run": "[dim]·[/]",
}


def print_criterion(criterion: CriterionResult) -> None:
    """Print a criterion with its parts and, if it failed, everything that the failure says."""
    out.print(f"{MARKS[criterion.status]} [bold]{criterion.id}[/]  {escape(criterion.title)}")
    for part in criterion.parts:
        out.print(f"     {MARKS[part.status]} {escape(part.title)}")
    if criterion.status == "error":
        out.print(
            f"     Erreur du correcteur, pas la vôtre : {escape((criterion.reason or '').strip().splitlines()[-1])}"
        )
    if criterion.failure:
        print_failure(criterion.failure)


def print_failure(failure: FailureReport) -> None:
    """Print what was sent, expected and received, and what to do next."""
    lines = {
        "envoyé": failure.sent, "attendu": failure.expected, "reçu": failure.received,
        "indice": failure.hint, "cours": failure.passage,
    }  # fmt: skip
    if failure.command:
        lines["rejouer"] = f"uv run {failure.command}"
    print_pairs(lines)


def print_pairs(pairs: dict[str, str]) -> None:
    """Print names and texts side by side; a long text stays in its column."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim", min_width=13, no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in pairs.items():
        table.add_row(name, escape(text))
    out.print(table)


def print_exercise(exercise: ExerciseResult) -> None:
    """Print an exercise: one reason where nothing could be verified, each failure otherwise."""
    out.print(f"\n[bold]{exercise.id}[/] · {escape(exercise.title)} · {exercise.points}/{exercise.max}")
    skipped = [criterion for criterion in exercise.criteria if criterion.status == "skipped"]
    if skipped:
        out.print(f"{MARKS['skipped']} Non vérifiable : {escape(skipped[0].reason or '')}")
    for criterion in exercise.criteria:
        if criterion.status in ("failed", "error"):
            print_criterion(criterion)


def print_details(results: Results) -> None:
    """Print what each submission lost, and why."""
    for submission in results.submissions:
        if all(e.points == e.max for e in submission.exercises) and not submission.problem:
            continue
        out.rule(escape(submission.id), align="left")
        if submission.problem:
            out.print(escape(submission.problem))
        for exercise in submission.exercises:
            if exercise.points < exercise.max:
                print_exercise(exercise)
