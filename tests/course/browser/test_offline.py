"""The archive: the whole site, read from a folder without any server, search and quizzes included."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.course.building import Site, elements


@pytest.fixture
def tab(browser: Any, offline_site: Site) -> Iterator[Any]:
    """A tab on the first page, in a browser without any network."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((offline_site.folder / "index.html").as_uri())
    yield page
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []


def test_pages_lead_to_one_another_without_a_server(tab: Any) -> None:
    tab.get_by_role("link", name="Commencer le module 00").click()
    tab.locator("h1", has_text="Introduction").wait_for()
    tab.locator(".md-footer__link--next").click()
    tab.locator("h1", has_text="Concept des webhooks").wait_for()


def test_every_link_leads_to_a_file(offline_site: Site) -> None:
    lost = [
        (page.name, link)
        for page in offline_site.pages
        if page.name != "404.html"
        for link in elements(page).links
        if "://" not in link
        and not link.startswith(("#", "mailto:", "javascript:", "data:"))
        and not (page.parent / link.partition("#")[0]).resolve().is_file()
    ]

    assert lost == []


def test_the_search_works_without_a_server(tab: Any) -> None:
    tab.keyboard.press("/")
    tab.keyboard.type("l'evenement")
    tab.locator(".md-search-result__item").first.wait_for(timeout=15_000)


def test_a_quiz_works_without_a_server(tab: Any, offline_site: Site) -> None:
    tab.goto((offline_site.folder / "06-quiz-questions.html").as_uri())
    tab.check("#q01-a")
    tab.locator("#q01").get_by_role("button", name="Vérifier").click()
    tab.locator("#q01 .quiz-verdict").wait_for()
