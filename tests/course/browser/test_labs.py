"""The figures of the labs in front of a reader: legible in both themes, whole, and the notebook at hand."""

from pathlib import Path
from typing import Any

import pytest

from course_site.labs.figures import THEME
from course_site.paths import COURSE, NOTEBOOKS
from tests.course.building import Site
from tests.labs.notebooks import need_jupyter

PAGES = sorted(path.name for path in COURSE.glob("lab-*.md"))

# For each word of each figure: what it says, its colour, its size on the screen, and whether it stands in the drawing.
WORDS = """() => [...document.querySelectorAll('.lab-figure svg')].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    const scale = frame.width / svg.viewBox.baseVal.width;
    return [...svg.querySelectorAll('text')].map(text => {
        const style = getComputedStyle(text), box = text.getBoundingClientRect();
        return {
            says: text.textContent,
            color: style.fill,
            size: parseFloat(style.fontSize) * scale,
            whole: box.left >= frame.left - 1 && box.right <= frame.right + 1
                && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1,
        };
    });
})"""
PAPER = "() => getComputedStyle(document.body).backgroundColor"

LEAST_CONTRAST = 4.5
LEAST_SIZE_PX = 10


def luminance(color: str) -> float:
    """Relative luminance of `rgb(r, g, b)`, as WCAG 2 defines it."""
    channels = [int(part) / 255 for part in color.removeprefix("rgb(").removesuffix(")").split(",")]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(autouse=True)
def jupyter() -> None:
    """Without it the pages have no figures."""
    need_jupyter()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_word_of_a_figure_is_legible_and_whole(
    name: str, scheme: str, browser: Any, address: str, site: Site
) -> None:
    """Words in the colour of the paper stand on bars, whose colours are those of words elsewhere."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address + site.path_of(name))

    words, paper = page.evaluate(WORDS), page.evaluate(PAPER)

    context.close()
    assert len(words) > 10
    assert [
        word for word in words if word["color"] != paper and contrast(word["color"], paper) < LEAST_CONTRAST
    ] == []
    assert [word for word in words if word["size"] < LEAST_SIZE_PX] == []
    assert [word["says"] for word in words if not word["whole"]] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_the_palette_may_carry_words_on_paper(
    scheme: str, browser: Any, address: str, site: Site
) -> None:
    """So a word in any of them is legible; the lines of the grid and the paper itself carry none."""
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(address + site.path_of(PAGES[0]))
    painted = """value => {
        const probe = document.createElement('p');
        probe.style.color = value;
        document.body.append(probe);
        return getComputedStyle(probe).color;
    }"""

    colors = {hex_: page.evaluate(painted, value) for hex_, value in THEME.items()}
    paper = page.evaluate(PAPER)

    context.close()
    assert colors["#fdfbf7"] == paper
    inks = set(THEME) - {"#fdfbf7", "#c9c8c2"}
    assert {hex_: colors[hex_] for hex_ in inks if contrast(colors[hex_], paper) < LEAST_CONTRAST} == {}


@pytest.mark.parametrize("name", PAGES)
def test_on_a_telephone_a_figure_stays_large_enough_and_scrolls_in_its_frame(
    name: str, page: Any, site: Site
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site.path_of(name))

    assert [word for word in page.evaluate(WORDS) if word["size"] < LEAST_SIZE_PX - 1] == []


def test_the_notebook_is_saved_with_one_click(page: Any, site: Site, tmp_path: Path) -> None:
    page.goto(site.path_of("lab-1-signature.md"))
    with page.expect_download() as download:
        page.get_by_role("link", name="1_signature.ipynb").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)

    assert saved.name == "1_signature.ipynb"
    assert saved.read_bytes() == (NOTEBOOKS / "1_signature.ipynb").read_bytes()
