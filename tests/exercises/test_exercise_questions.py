"""The open questions: the course's data hold together, and make the files that students and graders read."""

from exercise_paths import SOLUTIONS, STUBS
from question_files import question_file

from grader.open_questions import sections
from grader.passages import passages
from grader.questions import load_questions
from grader.scale import load_scale

LITTLE_PAPER = {"questions": [{"id": "q1", "title": "choisir", "statement": "Que\nfaire ?\n", "model_answer": "Ceci.\n"}]}


def test_a_question_is_empty_for_the_student_and_answered_in_the_solution() -> None:
    """The statement is quoted, and no part of the answer."""
    empty, answered = (sections(question_file(LITTLE_PAPER, answered=value))["q1"] for value in (False, True))

    assert (empty.title, empty.answer) == ("choisir", "")
    assert (answered.title, answered.answer) == ("choisir", "Ceci.")
    assert "> Que\n> faire ?\n" in question_file(LITTLE_PAPER, answered=False)


def test_the_scale_counts_the_questions_of_the_course() -> None:
    """Five questions of six points, in the data and on the scale."""
    scale = load_scale().open_questions

    assert [question.id for question in load_questions()] == [f"q{n}" for n in range(1, scale.count + 1)]
    assert {question.points for question in load_questions()} == {scale.points}


def test_every_rubric_goes_down_from_the_best_mark_to_nothing() -> None:
    """Levels are in order, each once, so that two instructors look at the same line."""
    for question in load_questions():
        points = [level.points for level in question.rubric]

        assert points == sorted(set(points), reverse=True)
        assert (points[0], points[-1]) == (question.points, 0)
        assert question.mistakes


def test_the_helping_passages_exist() -> None:
    """Every anchor of a question is a passage of the course."""
    assert {anchor for question in load_questions() for anchor in question.anchors} <= set(passages())


def test_the_files_of_students_and_of_the_solutions_hold_every_question() -> None:
    """The grader finds each question by its heading, unanswered in the stub and answered in the solution."""
    for folder, answered in ((STUBS, False), (SOLUTIONS, True)):
        found = sections((folder / "questions_ouvertes.md").read_text(encoding="utf-8"))

        assert list(found) == [question.id for question in load_questions()]
        assert all(bool(section.answer) is answered for section in found.values())
