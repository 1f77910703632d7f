"""The table of a grading: filled in as results come on a terminal, printed once at the end in a pipe."""

from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from grader.cli.console import out
from grader.exercises import IDS
from grader.results import ExerciseResult, SubmissionResult
from grader.scale import Scale, tidy
from grader.scoring import Options, jobs_of
from grader.submissions import Submission

NARROW_COLUMNS = 100
"""Below this width, the five exercises share one column."""


class LiveTable:
    """One row a submission. A context manager around the grading."""

    def __init__(self, submissions: list[Submission], scale: Scale, options: Options) -> None:
        self._submissions = submissions
        self._scale = scale
        self._partial = options.only is not None
        self._exercises: dict[str, dict[str, ExerciseResult]] = {s.id: {} for s in submissions}
        self._done: dict[str, SubmissionResult] = {}
        self._progress = Progress(
            TextColumn("Correction"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=out
        )
        self._task = self._progress.add_task("", total=sum(len(jobs_of(s, options)) for s in submissions))
        self._live = Live(get_renderable=self._render, console=out, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        if out.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if out.is_terminal:
            self._live.stop()
        if error is None:
            out.print(self._table())
            self._print_notices()

    def exercise_done(self, submission: Submission, result: ExerciseResult) -> None:
        """Note one exercise."""
        self._exercises[submission.id][result.id] = result
        self._progress.advance(self._task)

    def submission_done(self, result: SubmissionResult) -> None:
        """Note one whole submission."""
        self._done[result.id] = result

    def _render(self) -> RenderableType:
        """Show the last rows that fit on the screen, above the progress."""
        return Group(self._table(max_rows=max(3, out.height - 8)), self._progress)

    def _table(self, max_rows: int | None = None) -> Table:
        wide = out.width >= NARROW_COLUMNS
        table = Table(box=None if out.width < 60 else Table().box, header_style="bold", expand=False)
        table.add_column("Rendu", overflow="fold", min_width=8)
        for title in [i.partition("_")[0] for i in IDS] if wide else ():
            table.add_column(title, justify="right")
        for title in (
            "Exercices",
            *(f"Quiz {name}" if wide else f"Quiz {name[0].upper()}" for name in self._scale.quizzes),
            "Ouvertes",
            "Total",
        ):
            table.add_column(title, justify="right")
        table.add_column("Mention", overflow="fold", min_width=10)
        submissions = self._submissions if max_rows is None else self._recent(max_rows)
        for submission in submissions:
            table.add_row(*self._row(submission, wide))
        return table

    def _recent(self, count: int) -> list[Submission]:
        """Show the last rows that have begun, and below them those that come next."""
        begun = sum(1 for s in self._submissions if self._exercises[s.id] or s.id in self._done)
        first = max(0, min(begun - count // 2, len(self._submissions) - count))
        return self._submissions[first : first + count]

    def _row(self, submission: Submission, wide: bool) -> list[str]:
        exercises, done = self._exercises[submission.id], self._done.get(submission.id)
        row = [escape(submission.id)]
        row += [_cell(exercises.get(identifier)) for identifier in IDS] if wide else []
        if done is None:
            return [
                *row,
                *[""] * (len(self._scale.quizzes) + 3),
                "[dim]en cours[/]" if exercises else "[dim]en attente[/]",
            ]
        if done.problem:
            return [
                *row,
                *[""] * (len(self._scale.quizzes) + 1),
                "",
                f"0/{done.total.max}",
                f"[red]{escape(done.problem)}[/]",
            ]
        points = sum(e.points for e in done.exercises)
        row.append(f"{points}/{sum(e.max for e in done.exercises)}")
        by_id = {quiz.id: quiz for quiz in done.quizzes}
        for name in self._scale.quizzes:
            quiz = by_id.get(name)
            row.append(
                "–" if quiz is None else "[dim]absent[/]" if quiz.missing else f"{quiz.points}/{quiz.max}"
            )
        questions = done.open_questions
        row.append(
            f"{number(questions.points)}/{questions.max}"
            if questions.status != "pending"
            else "[yellow]à noter[/]"
        )
        return [
            *row,
            f"[bold]{number(done.total.points)}/{done.total.max}[/]",
            _mention(done, partial=self._partial),
        ]

    def _print_notices(self) -> None:
        for result in self._done.values():
            notices = [*result.notices, *(f"{q.id} : {p}" for q in result.quizzes for p in q.problems)]
            notices += [notice for exercise in result.exercises for notice in exercise.notices]
            for notice in dict.fromkeys(notices):
                out.print(f"[dim]{escape(result.id)} · {escape(notice)}[/]")


def _cell(result: ExerciseResult | None) -> str:
    """Show one exercise: its points, or why there are none."""
    if result is None:
        return ""
    if result.missing:
        return "[dim]absent[/]"
    if any(criterion.status == "error" for criterion in result.criteria):
        return "[magenta]erreur[/]"
    color = "green" if result.points == result.max else "red" if result.points == 0 else "yellow"
    return f"[{color}]{result.points}/{result.max}[/]"


def _mention(result: SubmissionResult, *, partial: bool) -> str:
    if result.status == "error":
        return "[magenta]erreur du correcteur : --details[/]"
    if partial:
        return "[dim]correction partielle[/]"
    if result.total.pending:
        return f"[yellow]{result.total.pending} points à noter[/]"
    return result.total.mention or ""


def number(points: float) -> str:
    """Write points as French does, without needless decimals."""
    return f"{tidy(points):g}".replace(".", ",")
