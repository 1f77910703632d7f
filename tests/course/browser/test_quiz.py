"""The quizzes as people use them: with mouse, keyboard or screen reader, over several visits, and to hand in."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.quiz import grade_quiz, load_quiz
from grader.sources import FolderSource

PAGES = {"webhooks": "06-quiz-questions/", "production": "08-quiz-production-questions/"}


def wrong_letter(right: str) -> str:
    """A letter that is not the answer."""
    return "a" if right != "a" else "b"


@pytest.mark.parametrize("identifier", list(PAGES))
def test_the_file_handed_in_is_the_one_that_the_grader_reads(
    identifier: str, page: Any, tmp_path: Path
) -> None:
    quiz = load_quiz(identifier)
    page.goto(PAGES[identifier])
    for number, question in enumerate(quiz.questions):
        letter = question.answer if number else wrong_letter(question.answer)
        page.check(f"#{question.id}-{letter}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger mes réponses").click()
    (tmp_path / "quiz").mkdir()
    download.value.save_as(tmp_path / "quiz" / download.value.suggested_filename)

    result = grade_quiz(FolderSource(tmp_path), identifier)

    assert download.value.suggested_filename == f"{identifier}.toml"
    assert (result.points, result.max, result.problems) == (quiz.max - quiz.points_per_question, quiz.max, ())


def test_a_file_handed_in_half_done_says_what_is_empty(page: Any, tmp_path: Path) -> None:
    page.goto(PAGES["webhooks"])
    page.check("#q02-a")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger mes réponses").click()

    answers = tomllib.loads(Path(download.value.path()).read_text(encoding="utf-8"))

    assert answers == {
        question.id: "a" if question.id == "q02" else "" for question in load_quiz("webhooks").questions
    }


def test_each_choice_has_its_own_feedback_and_another_try(page: Any) -> None:
    question = load_quiz("webhooks").questions[0]
    wrong = wrong_letter(question.answer)
    page.goto(PAGES["webhooks"])
    first = page.locator("#q01")
    assert not first.locator(".quiz-remark").first.is_visible()

    first.get_by_role("button", name="Vérifier").click()
    assert "Choisissez d’abord une réponse." in first.inner_text()
    page.check(f"#q01-{wrong}")
    first.get_by_role("button", name="Vérifier").click()
    said = first.locator(".quiz-verdict").inner_text()
    assert said.startswith("Réponse fausse.")
    assert first.locator(f'.quiz-verdict [data-letter="{wrong}"]').count() == 1
    assert "Le passage du cours" not in said, "a wrong answer does not give the right one away"

    first.get_by_role("button", name="Essayer de nouveau").click()
    page.check(f"#q01-{question.answer}")
    first.get_by_role("button", name="Vérifier").click()
    said = first.locator(".quiz-verdict").inner_text()
    assert said.startswith("Réponse juste.")
    assert "Le passage du cours" in said
    assert "2/40" in page.locator(".quiz-bar output").inner_text()


def test_a_changed_answer_is_not_counted_until_it_is_checked_again(page: Any) -> None:
    question = load_quiz("webhooks").questions[0]
    page.goto(PAGES["webhooks"])
    page.check(f"#q01-{question.answer}")
    page.locator("#q01").get_by_role("button", name="Vérifier").click()
    assert "2/40" in page.locator(".quiz-bar output").inner_text()

    page.check(f"#q01-{wrong_letter(question.answer)}")

    assert "0/40" in page.locator(".quiz-bar output").inner_text()
    assert not page.locator("#q01 .quiz-verdict").is_visible()


def test_progress_is_found_again_and_can_be_erased(page: Any) -> None:
    question = load_quiz("webhooks").questions[4]
    page.goto(PAGES["webhooks"])
    page.check(f"#q05-{question.answer}")
    page.locator("#q05").get_by_role("button", name="Vérifier").click()

    page.reload()
    assert page.is_checked(f"#q05-{question.answer}")
    assert "2/40" in page.locator(".quiz-bar output").inner_text()

    page.goto("confidentialite/")
    page.get_by_role("button", name="Effacer mes réponses").click()
    page.get_by_text("effacées de ce navigateur").wait_for()
    page.goto(PAGES["webhooks"])
    assert not page.is_checked(f"#q05-{question.answer}")


def test_everything_can_be_started_again(page: Any) -> None:
    page.goto(PAGES["webhooks"])
    page.check("#q01-a")

    page.get_by_role("button", name="Tout recommencer").click()

    assert page.locator("input:checked[name^=q]").count() == 0
    assert page.evaluate("() => localStorage.getItem('quiz:webhooks')") is None
    assert page.evaluate("() => document.activeElement.id") == "q01-a"


def test_a_question_is_answered_with_the_keyboard_alone(page: Any) -> None:
    page.goto(PAGES["webhooks"])
    page.focus("#q01-a")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.is_checked("#q01-b")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.locator("#q01 .quiz-verdict").is_visible()


def test_a_screen_reader_hears_the_question_the_choices_and_the_verdict(page: Any) -> None:
    page.goto(PAGES["webhooks"])
    first = page.locator("#q01")

    assert first.evaluate("element => element.tagName") == "FIELDSET"
    assert (
        first.get_by_role("group", name="Question 1 sur 20").count() or first.locator("legend").inner_text()
    )
    assert first.get_by_role("radio").count() == 4
    assert all(
        len(first.get_by_role("radio").nth(n).evaluate("e => e.labels[0].innerText")) > 20 for n in range(4)
    )
    assert first.locator("[aria-live=polite] .quiz-verdict").count() == 1


def test_without_javascript_it_is_a_list_with_folded_answers(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + PAGES["webhooks"])

    summary = page.locator("#q01 summary")
    assert not page.locator("#q01 .quiz-remark").first.is_visible()
    summary.click()
    assert page.locator("#q01 .quiz-remark").count() == 4
    assert page.locator("#q01 .quiz-remark").first.is_visible()
    assert page.get_by_role("button", name="Vérifier").count() == 0
    context.close()


def test_a_browser_that_keeps_nothing_still_plays(browser: Any, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } });"
    )
    page.goto(address + PAGES["webhooks"])
    page.check("#q01-a")

    page.locator("#q01").get_by_role("button", name="Vérifier").click()

    assert page.locator("#q01 .quiz-verdict").is_visible()
    context.close()
