"""Reading as people do it: on paper, by keyboard on a narrow screen, copying code, coming from a search."""

from typing import Any

import pytest

from tests.course.building import Site
from tests.course.pages import PAGES

SHOWN = "() => [...document.querySelectorAll('pre > code')].map(code => code.innerText)"
IDS = "() => [...document.querySelectorAll('[id]')].map(element => element.id)"


@pytest.mark.parametrize("name", [name for name in PAGES if name[:2] in ("01", "03", "04", "05", "11")])
def test_copied_code_is_the_code_alone(name: str, page: Any, site: Site) -> None:
    """Neither the numbers of the notes nor the spaces before them come along."""
    page.goto(site.path_of(name))

    blocks = page.evaluate(SHOWN)

    assert page.locator(".note-call").count() > 0
    assert [
        line for code in blocks for line in code.split("\n") if line != line.rstrip() or ")!" in line
    ] == []


@pytest.mark.parametrize(
    "name", ["06-quiz-questions.md", "08-quiz-production-questions.md", "10-exercices.md"]
)
def test_each_copy_button_has_its_own_block(name: str, page: Any, site: Site) -> None:
    page.goto(site.path_of(name))
    page.locator(".md-code__button").first.wait_for(state="attached")

    ids = page.evaluate(IDS)

    assert sorted({identifier for identifier in ids if ids.count(identifier) > 1}) == []


def test_paper_is_light_even_from_the_dark_theme(browser: Any, address: str, site: Site) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(address + site.path_of("03-implementation-pratique.md"))
    page.emulate_media(media="print", color_scheme="dark")

    ink = page.evaluate("() => getComputedStyle(document.querySelector('h1')).color")

    context.close()
    assert ink == "rgb(27, 38, 44)"


def test_the_menu_opens_and_closes_by_keyboard_on_a_narrow_screen(page: Any, site: Site) -> None:
    page.set_viewport_size({"width": 640, "height": 700})
    page.goto(site.path_of("01-concept-webhooks.md"))
    menu = page.get_by_role("button", name="Menu du cours")
    assert not page.locator(".md-sidebar--primary .md-nav__link").first.is_visible()

    menu.focus()
    page.keyboard.press("Enter")
    page.locator(".md-sidebar--primary .md-nav__link", has_text="Parcours").wait_for()

    page.keyboard.press("Escape")
    page.locator(".md-sidebar--primary .md-nav__link", has_text="Parcours").wait_for(state="hidden")


def test_no_tab_stop_is_invisible_on_a_narrow_screen(page: Any, site: Site) -> None:
    page.set_viewport_size({"width": 640, "height": 700})
    page.goto(site.path_of("00-introduction.md"))
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(
            "() => { const box = document.activeElement.getBoundingClientRect();"
            " return [document.activeElement.className, box.right > 0 && box.width > 0 && box.height > 0]; }"
        ))  # fmt: skip

    # The switch of themes is a radio button behind its icon, which shows the focus in its place.
    assert [name for name, visible in seen if not visible and "md-option" not in name] == []


def test_a_word_found_with_its_accent_is_highlighted_where_it_stands(page: Any) -> None:
    page.goto("")
    page.keyboard.press("/")
    page.keyboard.type("événement")
    page.locator(".md-search-result__link").first.wait_for()

    page.locator(".md-search-result__link").first.click()
    page.wait_for_url("**/?h=*")

    page.locator("article mark").first.wait_for(state="attached")
    assert "vénement" in page.locator("article mark").first.inner_text()


def test_a_small_drawing_scrolls_in_its_frame_by_keyboard(page: Any, site: Site) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(site.path_of("04-scenarios-reels.md"))
    frame = page.locator(".diagram-drawing").first

    widths = frame.evaluate("element => [element.scrollWidth, element.clientWidth, element.tabIndex]")

    assert widths[0] > widths[1]
    assert widths[2] == 0


def test_a_lost_reader_is_led_back(page: Any) -> None:
    page.goto("404.html")

    assert page.title().startswith("Page introuvable")
    assert page.get_by_role("link", name="Les trois parcours").count() == 1
