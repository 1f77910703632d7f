"""The CSV of a grading: one line a submission, safe to open in a spreadsheet."""

import csv
from pathlib import Path

from grader.exercises import IDS
from grader.results import Results, SubmissionResult
from grader.scale import Scale

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Keep a spreadsheet from reading a student's text as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def header(scale: Scale) -> list[str]:
    """Name the columns."""
    quizzes = [f"quiz_{name}" for name in scale.quizzes]
    return [
        "id",
        "status",
        *IDS,
        "exercises",
        *quizzes,
        "open_questions",
        "total",
        "max",
        "pending",
        "mention",
        "problem",
    ]


def row(result: SubmissionResult, scale: Scale) -> list[str | float | int]:
    """Write one submission; a part that was not judged is an empty cell, never a 0."""
    exercises = {exercise.id: exercise.points for exercise in result.exercises}
    quizzes = {quiz.id: quiz.points for quiz in result.quizzes}
    pending = result.open_questions.status == "pending"
    return [
        neutral(result.id),
        result.status,
        *(exercises.get(identifier, "") for identifier in IDS),
        sum(exercises.values()) if exercises else "",
        *(quizzes.get(name, "") for name in scale.quizzes),
        "" if pending else result.open_questions.points,
        result.total.points,
        result.total.max,
        result.total.pending,
        result.total.mention or "",
        neutral(result.problem or ""),
    ]


def write(path: Path, results: Results, scale: Scale) -> None:
    """Write the file in UTF-8, comma-separated. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header(scale))
        writer.writerows(row(result, scale) for result in results.submissions)
