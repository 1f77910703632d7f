"""The search finds what a person types: with an apostrophe, without accents, in the plural."""

from typing import Any

import pytest

QUERIES = {
    "l'événement": "événement",
    "l’événement": "événement",
    "evenement": "événement",
    "événements": "événement",
    "idempotence": "idempotence",
    "l'idempotence": "idempotence",
    "signature": "signature",
    "signatures": "signature",
    "verifier une signature": "signature",
    "rejeu": "rejeu",
    "effacement": "effacement",
    "svix-id": "svix",
    "nouvelles tentatives": "tentative",
    "pierre tombale": "tombale",
    "409": "409",
}


@pytest.mark.parametrize(("typed", "found"), QUERIES.items())
def test_a_query_finds_passages_that_speak_of_it(typed: str, found: str, page: Any) -> None:
    page.goto("")
    page.keyboard.press("/")
    page.keyboard.type(typed)
    results = page.locator(".md-search-result__item")
    results.first.wait_for()

    told = page.locator(".md-search-result__list").inner_text().lower()

    assert "trouvée" in page.locator(".md-search-result__meta").inner_text()
    assert found in told


def test_a_word_of_no_language_finds_nothing_and_says_so_in_french(page: Any) -> None:
    page.goto("")
    page.keyboard.press("/")
    page.keyboard.type("xqzwvk")
    page.get_by_text("Aucun passage trouvé").wait_for()


def test_the_first_answer_for_a_notion_is_a_passage_about_it(page: Any) -> None:
    page.goto("")
    page.keyboard.press("/")
    page.keyboard.type("idempotence")
    page.locator(".md-search-result__item").first.wait_for()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?h=*")

    assert "idempotence" in page.locator("article").inner_text().lower()
