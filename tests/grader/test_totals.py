"""The scale and the open questions: what a total is made of, and what waits for the instructor."""

from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.open_questions import grade_open_questions, load_marks, sections
from grader.paths import EXERCISES
from grader.results import OpenQuestionsResult
from grader.scale import DEFAULT, Scale, load_scale
from grader.sources import FolderSource
from tests.gate.mutants import SOLUTIONS

SCALE = load_scale()


def questions(folder: Path, marks: dict[str, dict[str, float]] | None = None) -> OpenQuestionsResult:
    """Grade the open questions of a folder as those of « alice »."""
    return grade_open_questions(FolderSource(folder), "alice", SCALE.open_questions, marks or {}, [])


def test_the_course_is_worth_a_hundred_points() -> None:
    """40 for the quiz, 30 for the exercises, 30 for the open questions."""
    assert (SCALE.max, SCALE.quizzes, sum(SCALE.exercises.values()), SCALE.open_max) == (
        100,
        {"webhooks": 40, "production": 0},
        30,
        30,
    )


@pytest.mark.parametrize(
    ("points", "mention"),
    [
        (100, "Excellente maîtrise"),
        (90, "Excellente maîtrise"),
        (89.99, "Bonne compréhension, prêt pour la production"),
        (75, "Bonne compréhension, prêt pour la production"),
        (60, "Compréhension satisfaisante"),
        (50, "Compréhension partielle"),
        (49.99, "Révision nécessaire"),
        (0, "Révision nécessaire"),
    ],
)
def test_mentions_begin_at_their_threshold(points: float, mention: str) -> None:
    """The thresholds of the original course."""
    assert SCALE.mention(points) == mention


def test_untouched_open_questions_are_unanswered_and_worth_nothing() -> None:
    """A copy of the stub has no answer, whatever the statement says in it."""
    result = questions(EXERCISES)

    assert (result.status, result.points, result.max) == ("unanswered", 0, 30)
    assert [question.title for question in result.questions] != [f"Question {n}" for n in range(1, 6)]


def test_answered_open_questions_are_pending() -> None:
    """Nobody but the instructor marks them."""
    result = questions(SOLUTIONS)

    assert result.status == "pending"
    assert [question.points for question in result.questions] == [None] * 5


def test_a_pending_total_has_no_mention() -> None:
    """The total says what is pending instead."""
    total = SCALE.total((), (), questions(SOLUTIONS))

    assert (total.points, total.pending, total.mention) == (0, 30, None)


def test_marks_make_the_total_final(tmp_path: Path) -> None:
    """With a mark for each question nothing is pending any more."""
    file = tmp_path / "marks.toml"
    file.write_text("[alice]\nq1 = 6\nq2 = 4.5\nq3 = 0\nq4 = 3\nq5 = 6\n", encoding="utf-8")
    marks = load_marks(file, SCALE.open_questions, {"alice"})

    result = questions(SOLUTIONS, marks)
    total = SCALE.total((), (), result)

    assert (result.status, result.points) == ("marked", 19.5)
    assert (total.points, total.pending, total.mention) == (19.5, 0, "Révision nécessaire")


@pytest.mark.parametrize(
    "text",
    [
        "[bob]\nq1 = 3",
        "[alice]\nq6 = 3",
        "[alice]\nq1 = 7",
        "[alice]\nq1 = -1",
        "[alice]\nq1 = true",
        "alice = 3",
        "[alice",
    ],
)
def test_marks_that_do_not_fit_are_refused_before_anything_is_graded(tmp_path: Path, text: str) -> None:
    """An unknown student, question or mark is the instructor's slip: it must not pass in silence."""
    file = tmp_path / "marks.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=r"marks\.toml"):
        load_marks(file, SCALE.open_questions, {"alice"})


def test_an_answer_without_headings_is_kept_for_the_instructor(tmp_path: Path) -> None:
    """A student who removed the headings has still answered: nothing is lost."""
    (tmp_path / "questions_ouvertes.md").write_text("Je choisis l'approche hybride.", encoding="utf-8")
    notices: list[str] = []

    result = grade_open_questions(FolderSource(tmp_path), "alice", SCALE.open_questions, {}, notices)

    assert result.status == "pending"
    assert notices


def test_sections_keep_answers_apart_from_statements() -> None:
    """Quoted lines are the statement."""
    found = sections(
        "# Titre\n## Question 1 : Choisir\n> Pourquoi ?\n\nParce que.\n## Question 2 : Taire\n> Quoi ?\n"
    )

    assert {key: (section.title, section.answer) for key, section in found.items()} == {
        "q1": ("Choisir", "Parce que."),
        "q2": ("Taire", ""),
    }


@pytest.mark.parametrize(
    "text", ["exercises = 3", "[exercises]\nex9 = 6", "[exercises]\nex1_signature = -1", "not toml"]
)
def test_a_scale_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """Another scale is welcome, a broken one is named."""
    file = tmp_path / "scale.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match="arème"):
        load_scale(file)


def test_a_scale_with_a_quiz_that_is_none_names_those_that_exist(tmp_path: Path) -> None:
    """A misspelt quiz is told at once, and not on each student's row."""
    file = tmp_path / "scale.toml"
    text = DEFAULT.read_text(encoding="utf-8").replace("webhooks = 40", "webhook = 40")
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=r"quiz inconnus : webhook\. Connus : production, webhooks"):
        load_scale(file)


def test_another_scale_weighs_otherwise(tmp_path: Path) -> None:
    """Points are in proportion of what was earned."""
    file = tmp_path / "scale.toml"
    file.write_text(
        DEFAULT.read_text(encoding="utf-8").replace("webhooks = 40", "webhooks = 10"), encoding="utf-8"
    )

    scale: Scale = load_scale(file)

    assert scale.max == 70
    assert scale.mention(35) == "Compréhension partielle"
