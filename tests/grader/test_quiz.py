"""The quizzes: the source says what it must, and a student's answers are checked whatever they look like."""

import tomllib
from pathlib import Path

import pytest

from grader.paths import COURSE
from grader.quiz import Quiz, grade_quiz, load_quiz, parse_quiz
from grader.results import QuizResult
from grader.sources import FolderSource
from tests.gate.mutants import SOLUTIONS

SECTIONS = {
    "webhooks": ["concepts", "clerk", "implementation", "scenarios"],
    "production": ["exposing", "two-worlds", "deploying", "operating"],
}
QUIZZES = sorted(SECTIONS)
each_quiz = pytest.mark.parametrize("quiz", [load_quiz(name) for name in QUIZZES], ids=QUIZZES)


def right_answers(quiz: Quiz) -> dict[str, str]:
    """Every right letter, by question."""
    return {question.id: question.answer for question in quiz.questions}


RIGHT = right_answers(load_quiz("webhooks"))


def answer(tmp_path: Path, text: str | bytes, identifier: str = "webhooks") -> QuizResult:
    """Grade a file of answers."""
    (tmp_path / "quiz").mkdir()
    data = text.encode() if isinstance(text, str) else text
    (tmp_path / "quiz" / f"{identifier}.toml").write_bytes(data)
    return grade_quiz(FolderSource(tmp_path), identifier)


def sheet(answers: dict[str, str]) -> str:
    """Write answers as a student does."""
    return "".join(f'{key} = "{value}"\n' for key, value in answers.items())


def test_the_quizzes_of_the_course_are_these() -> None:
    """A file added to course/quiz/ is held to the same rules."""
    assert sorted(path.stem for path in (COURSE / "quiz").glob("*.toml")) == QUIZZES
    assert [load_quiz(name).id for name in QUIZZES] == QUIZZES


@each_quiz
def test_a_quiz_has_twenty_questions_in_four_sections(quiz: Quiz) -> None:
    """Five in each; the main quiz keeps the sections of the original."""
    sections = [section.id for section in quiz.sections]

    assert sections == SECTIONS[quiz.id]
    assert [question.section for question in quiz.questions] == [name for name in sections for _ in range(5)]
    assert [question.id for question in quiz.questions] == [f"q{number:02}" for number in range(1, 21)]
    assert quiz.max == 40


@each_quiz
def test_every_option_has_a_feedback_of_its_own(quiz: Quiz) -> None:
    """No option and no feedback repeats another, nor each other."""
    options = [option for question in quiz.questions for option in question.options.values()]

    assert len({option.text for option in options}) == 80
    assert len({option.feedback for option in options}) == 80
    assert not {option.feedback for option in options} & {option.text for option in options}


@each_quiz
def test_the_right_letters_follow_no_favourite(quiz: Quiz) -> None:
    """Each letter is right five times, and never more than twice running."""
    letters = "".join(question.answer for question in quiz.questions)

    assert sorted(letters) == sorted("abcd" * 5)
    assert not [letter for letter in "abcd" if letter * 3 in letters]


@each_quiz
def test_the_length_of_an_option_gives_nothing_away(quiz: Quiz) -> None:
    """The right one ranks second or third of four on average, and no option is far longer than its neighbours."""
    ranks = []
    for question in quiz.questions:
        lengths = {letter: len(option.text) for letter, option in question.options.items()}
        right = lengths[question.answer]
        shorter = sum(length < right for length in lengths.values())
        as_long = sum(length == right for length in lengths.values())
        ranks.append(shorter + (as_long + 1) / 2)
        assert max(lengths.values()) <= 1.25 * min(lengths.values()), question.id

    assert 2.2 <= sum(ranks) / len(ranks) <= 2.8
    assert sum(rank == 4 for rank in ranks) <= 6
    assert sum(rank == 1 for rank in ranks) <= 6


@each_quiz
def test_questions_and_criteria_point_to_passages_that_are_listed(quiz: Quiz) -> None:
    """Every anchor of a quiz stands in course/anchors.toml with its page and title."""
    anchors = tomllib.loads((COURSE / "anchors.toml").read_text(encoding="utf-8"))

    assert {question.anchor for question in quiz.questions} <= set(anchors)
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


@each_quiz
def test_right_answers_earn_two_points_each(quiz: Quiz, tmp_path: Path) -> None:
    """Forty for all of them."""
    assert answer(tmp_path, sheet(right_answers(quiz)), quiz.id).points == 40


@each_quiz
def test_the_solutions_answer_everything_right(quiz: Quiz) -> None:
    """The submission that earns every point earns these too."""
    assert grade_quiz(FolderSource(SOLUTIONS), quiz.id).points == 40


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


@each_quiz
def test_a_missing_file_is_named_as_missing(quiz: Quiz, tmp_path: Path) -> None:
    """Missing parts earn 0 and say so."""
    result = grade_quiz(FolderSource(tmp_path), quiz.id)

    assert (result.points, result.missing) == (0, True)
    assert result.problems == (f"Le fichier quiz/{quiz.id}.toml manque.",)


def test_one_quiz_does_not_answer_for_the_other(tmp_path: Path) -> None:
    """The right letters of a quiz, handed in for the other one, are judged as any others."""
    answered = answer(tmp_path, sheet(RIGHT), "production")

    right = right_answers(load_quiz("production"))
    assert answered.points == 2 * sum(RIGHT[key] == right[key] for key in right) < 40
    assert grade_quiz(FolderSource(tmp_path), "webhooks").missing
