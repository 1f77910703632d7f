"""The quizzes: the source says what it must, and a student's answers are checked whatever they look like."""

import tomllib
from pathlib import Path

import pytest

from grader.paths import COURSE
from grader.quiz import grade_quiz, load_quiz, parse_quiz
from grader.results import QuizResult
from grader.sources import FolderSource
from tests.gate.mutants import SOLUTIONS

RIGHT = {question.id: question.answer for question in load_quiz("webhooks").questions}


def answer(tmp_path: Path, text: str | bytes) -> QuizResult:
    """Grade a file of answers."""
    (tmp_path / "quiz").mkdir()
    data = text.encode() if isinstance(text, str) else text
    (tmp_path / "quiz" / "webhooks.toml").write_bytes(data)
    return grade_quiz(FolderSource(tmp_path), "webhooks")


def sheet(answers: dict[str, str]) -> str:
    """Write answers as a student does."""
    return "".join(f'{key} = "{value}"\n' for key, value in answers.items())


def test_the_quiz_has_twenty_questions_in_the_four_sections_of_the_original() -> None:
    """Five in each of concepts, Clerk, implementation and scenarios."""
    quiz = load_quiz("webhooks")
    sections = [section.id for section in quiz.sections]

    assert sections == ["concepts", "clerk", "implementation", "scenarios"]
    assert [sum(q.section == section for q in quiz.questions) for section in sections] == [5, 5, 5, 5]
    assert quiz.max == 40


def test_every_option_has_a_feedback_of_its_own() -> None:
    """No feedback repeats another, nor its option."""
    options = [option for question in load_quiz("webhooks").questions for option in question.options.values()]

    assert len({option.feedback for option in options}) == 80
    assert not [option for option in options if option.feedback == option.text]


def test_the_right_letters_follow_no_favourite() -> None:
    """Each letter is right five times."""
    assert sorted(RIGHT.values()) == sorted("abcd" * 5)


def test_questions_and_criteria_point_to_passages_that_are_listed() -> None:
    """Every anchor of the quiz stands in course/anchors.toml with its page and title."""
    anchors = tomllib.loads((COURSE / "anchors.toml").read_text(encoding="utf-8"))

    assert {question.anchor for question in load_quiz("webhooks").questions} <= set(anchors)
    assert all(set(anchor) == {"page", "title"} for anchor in anchors.values())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "q02"', 'id = "q01"'),
        ('section = "clerk"', 'section = "other"'),
        ('answer = "c"', 'answer = "e"'),
    ],
)
def test_a_source_that_contradicts_itself_is_refused(old: str, new: str) -> None:
    """Doubled ids, unknown sections and impossible answers do not pass for a quiz."""
    text = (COURSE / "quiz" / "webhooks.toml").read_text(encoding="utf-8")
    assert old in text

    with pytest.raises(ValueError, match="validation error"):
        parse_quiz(text.replace(old, new, 1))


def test_right_answers_earn_two_points_each(tmp_path: Path) -> None:
    """Forty for all of them."""
    assert answer(tmp_path, sheet(RIGHT)).points == 40


def test_the_solutions_answer_everything_right() -> None:
    """The submission that earns every point earns these too."""
    assert grade_quiz(FolderSource(SOLUTIONS), "webhooks").points == 40


def test_a_wrong_answer_costs_its_question_alone(tmp_path: Path) -> None:
    """No negative points."""
    wrong = "a" if RIGHT["q07"] != "a" else "b"

    result = answer(tmp_path, sheet({**RIGHT, "q07": wrong}))

    assert result.points == 38
    assert [question.id for question in result.questions if not question.right] == ["q07"]


def test_a_capital_letter_or_a_space_is_no_wrong_answer(tmp_path: Path) -> None:
    """What is judged is the choice."""
    assert answer(tmp_path, sheet({key: f" {value.upper()} " for key, value in RIGHT.items()})).points == 40


def test_a_question_answered_twice_is_named_and_the_others_count(tmp_path: Path) -> None:
    """TOML refuses the whole file; the student loses one question, not twenty."""
    result = answer(tmp_path, sheet(RIGHT) + 'q03 = "a"\n')

    assert result.points == 38
    assert result.problems == ("q03 a plusieurs réponses : aucune n'est comptée.",)


@pytest.mark.parametrize("value", ["3", "true", '["a", "b"]', '{ a = "b" }', '"e"', '"ab"', "1979-05-27"])
def test_an_answer_that_is_no_letter_is_named(tmp_path: Path, value: str) -> None:
    """Numbers, lists, tables, dates and other letters earn nothing and crash nothing."""
    others = {key: letter for key, letter in RIGHT.items() if key != "q01"}

    result = answer(tmp_path, f"q01 = {value}\n{sheet(others)}")

    assert result.points == 38
    assert result.problems[0].startswith("q01 : réponse illisible")


def test_an_unknown_question_is_named(tmp_path: Path) -> None:
    """A slip of the pen, or another quiz's file."""
    result = answer(tmp_path, sheet({**RIGHT, "q21": "a"}))

    assert result.points == 40
    assert result.problems == ("q21 : question inconnue.",)


@pytest.mark.parametrize("text", ["q01 = b\n", "réponse : b", "q01 = " + "[" * 5000, b"\xff\xfe\x00q"])
def test_a_file_that_is_no_toml_is_named_with_what_to_write(tmp_path: Path, text: str | bytes) -> None:
    """Broken syntax, endless nesting and other encodings are one message each."""
    result = answer(tmp_path, text)

    assert result.points == 0
    assert result.problems
    assert "webhooks.toml" in result.problems[0]


def test_a_missing_file_is_named_as_missing(tmp_path: Path) -> None:
    """Missing parts earn 0 and say so."""
    result = grade_quiz(FolderSource(tmp_path), "webhooks")

    assert (result.points, result.missing) == (0, True)
    assert result.problems == ("Le fichier quiz/webhooks.toml manque.",)
