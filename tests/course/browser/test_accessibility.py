"""No serious fault of accessibility in any page, in either theme, with everything folded open, wide and narrow."""

from typing import Any

import pytest

from tests.course.building import Site
from tests.course.pages import PAGES

SERIOUS = {"serious", "critical"}
OPEN_ALL = "() => document.querySelectorAll('details').forEach(details => { details.open = true; })"
# Of what differs between the themes, axe sees the contrast alone: the rest is looked at once.
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
FAULTS = """async wanted => {
    const {violations} = await axe.run(document, {...wanted, resultTypes: ["violations"]});
    return violations.map(v => ({id: v.id, impact: v.impact, where: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))}));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*PAGES, "404.html"])
def test_a_page_has_no_serious_fault(
    name: str, scheme: str, browser: Any, address: str, site: Site, axe: str
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address + (name if name == "404.html" else site.path_of(name)))
    page.evaluate(OPEN_ALL)
    page.evaluate(axe)

    faults = page.evaluate(FAULTS, RULES[scheme])

    background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    context.close()
    assert background == {"light": "rgb(253, 251, 247)", "dark": "rgb(16, 25, 30)"}[scheme], (
        "the theme follows the reader"
    )
    assert [fault for fault in faults if fault["impact"] in SERIOUS] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_page_scrolls_down_only(name: str, page: Any, site: Site) -> None:
    """On a telephone, code and tables scroll in their own frames; the page itself never does sideways."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site.path_of(name))
    page.evaluate(OPEN_ALL)

    width = page.evaluate("() => document.documentElement.scrollWidth")

    assert width <= 360


def test_the_first_tab_stop_skips_to_the_contents(page: Any, site: Site) -> None:
    page.goto(site.path_of("01-concept-webhooks.md"))
    page.keyboard.press("Tab")

    focused = page.evaluate("() => document.activeElement.className")

    assert focused.split()[0] == "md-skip"
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash && document.querySelector(location.hash)")


def test_a_screen_reader_is_told_the_language_of_english_titles(page: Any, site: Site) -> None:
    page.goto(site.path_of("a-propos.md"))

    assert page.evaluate("() => document.documentElement.lang") == "fr"
    assert page.locator('article a[hreflang="en"] em[lang="en"]').count() > 10
