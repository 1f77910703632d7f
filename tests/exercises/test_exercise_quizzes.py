"""The quiz files that a student answers say what the course's source says."""

import re
import tomllib
from typing import Any

import pytest
from exercise_paths import ROOT, SOLUTIONS, STUBS
from quiz_files import quiz_file

QUIZZES = sorted(path.name for path in (ROOT / "course" / "quiz").glob("*.toml"))
each_quiz = pytest.mark.parametrize("name", QUIZZES)


def source_of(name: str) -> dict[str, Any]:
    """Read a quiz of the course."""
    return tomllib.loads((ROOT / "course/quiz" / name).read_text(encoding="utf-8"))


LITTLE_QUIZ = {
    "title": "Essai",
    "points_per_question": 2,
    "sections": [{"id": "s", "title": "Étape"}],
    "questions": [
        {
            "id": "q01",
            "section": "s",
            "answer": "b",
            "statement": "Que rend ceci ?\n\n```python\nif x:\n    y  =  1\n```\n\n" + "mot " * 40 + "fin !",
            "options": {"a": {"text": "Rien"}, "b": {"text": "Un : deux"}},
        }
    ],
}


def test_a_quiz_is_empty_for_the_student_and_right_for_the_solution() -> None:
    """The two files differ by the answers alone."""
    assert tomllib.loads(quiz_file(LITTLE_QUIZ, answered=False)) == {"q01": ""}
    assert tomllib.loads(quiz_file(LITTLE_QUIZ, answered=True)) == {"q01": "b"}


def test_paragraphs_are_wrapped_and_code_is_not() -> None:
    """Code keeps its spaces; no line starts with a lonely « ! »."""
    lines = quiz_file(LITTLE_QUIZ, answered=False).splitlines()

    assert "#          y  =  1" in lines
    assert "#   a) Rien" in lines
    assert all(len(line) <= 102 for line in lines)
    assert not any(line.lstrip("# ").startswith("!") for line in lines)


def test_there_is_a_file_for_each_of_the_two_quizzes() -> None:
    """The student finds both, and the solution answers both."""
    assert QUIZZES == ["production.toml", "webhooks.toml"]
    for folder in (STUBS, SOLUTIONS):
        assert sorted(path.name for path in (folder / "quiz").glob("*.toml")) == QUIZZES


@each_quiz
def test_every_question_of_the_course_is_there(name: str) -> None:
    """Stub and solution hold the same questions as the course, in its order; the solution is right."""
    right = {question["id"]: question["answer"] for question in source_of(name)["questions"]}

    assert tomllib.loads((SOLUTIONS / "quiz" / name).read_text(encoding="utf-8")) == right
    assert list(tomllib.loads((STUBS / "quiz" / name).read_text(encoding="utf-8"))) == list(right)


@each_quiz
def test_a_quiz_reads_on_one_screen_and_shows_its_code_whole(name: str) -> None:
    """No line is wider than 110 columns, and no line of code is lost or wrapped."""
    quiz = source_of(name)
    written = quiz_file(quiz, answered=False)

    assert max(map(len, written.splitlines())) <= 110
    for question in quiz["questions"]:
        fenced = re.findall(r"^```\w+\n(.*?)^```$", question["statement"], re.DOTALL | re.MULTILINE)
        code = [line.rstrip() for block in fenced for line in block.splitlines() if line.strip()]
        assert not [line for line in code if f"      {line}\n" not in written], question["id"]
