"""A lab in its page: prose, code, what it printed and drew, in the colours of the theme, and the notebook itself."""

import base64
import json
import os
import re
import subprocess
import sys

import pytest

from course_site.errors import CourseError
from course_site.labs import cells, directive
from course_site.labs import figures as drawings
from course_site.paths import COURSE, NOTEBOOKS, ROOT
from tests.course.building import Site
from tests.labs.notebooks import LABS, code_cells, executed_once, figures, headings, need_jupyter, stored

SVG = """<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">
 <metadata>noise</metadata>
 <defs><clipPath id="p1"><rect/></clipPath></defs>
 <g id="text_1" clip-path="url(#p1)"><use xlink:href="#p1"/>
 <text style="font-weight: 700; fill: #9b1c31">axe</text></g>
 <g id="title"><!-- Deux lignes -->
 <text style="font-family: 'DejaVu Sans'; fill: #1b262c" x="1">Deux lignes :</text>
 <text style="fill: #1b262c">un titre</text></g>
</svg>"""


def html_of(site: Site, name: str) -> str:
    (place,) = COURSE.glob(f"lab-{name[0]}-*.md")
    return (site.folder / site.path_of(place.name) / "index.html").read_text(encoding="utf-8")


def cell(kind: str, words: str, *outputs: dict[str, object], tags: tuple[str, ...] = ()) -> dict[str, object]:
    made = {
        "cell_type": kind,
        "id": "the-id",
        "source": words.splitlines(keepends=True),
        "metadata": {"tags": tags},
    }
    return {**made, "outputs": list(outputs)} if kind == "code" else made


def written(made: dict[str, object]) -> str:
    return "\n\n".join(cells.written(made, "lab-9"))


def test_a_heading_takes_the_id_of_its_cell_and_links_to_the_course_are_the_sites() -> None:
    prose = written(
        cell("markdown", "## La question\n\nVoir [ici](../course/01-concept-webhooks.md#pull-push).")
    )

    assert prose == "## La question { #the-id }\n\nVoir [ici](01-concept-webhooks.md#pull-push)."


def test_two_headings_in_a_cell_would_share_its_id() -> None:
    with pytest.raises(CourseError, match="one heading a cell"):
        written(cell("markdown", "## Un\n\n### Deux"))


def test_code_comes_before_what_it_printed() -> None:
    printed = {"output_type": "stream", "name": "stdout", "text": ["un\n", "deux\n"]}

    assert written(cell("code", "print('un')", printed)) == (
        "````python\nprint('un')\n````\n\n"
        '<div class="lab-output" markdown="block">\n\n````text\nun\ndeux\n````\n\n</div>'
    )


def test_the_code_of_a_figure_is_folded_under_it() -> None:
    drawn = {"output_type": "display_data", "data": {"image/svg+xml": SVG, "text/plain": "En mots."}}
    page = written(cell("code", "draw()", drawn, tags=("plot",)))

    assert (
        page.index("<figure") < page.index("<summary>Le code du graphique</summary>") < page.index("draw()")
    )
    assert 'aria-label="Deux lignes : un titre"' in page
    assert "En mots." in page


def test_a_figure_takes_the_colours_of_the_theme_and_ids_of_its_own() -> None:
    inline = drawings.inline(SVG, "lab-9-x-0")

    assert not re.search(r"#[0-9a-f]{6}", inline)
    assert "fill: var(--md-default-fg-color)" in inline
    assert re.findall(r' id="([^"]+)"', inline) == ["lab-9-x-0-p1"]
    assert 'clip-path="url(#lab-9-x-0-p1)"' in inline
    assert 'href="#lab-9-x-0-p1"' in inline
    assert "\n" not in inline
    assert "noise" not in inline


def test_a_lab_begins_with_its_title() -> None:
    with pytest.raises(CourseError, match="the first cell of a lab is its title"):
        cells.introduction({"cells": [cell("markdown", "Bonjour")]})


@pytest.mark.parametrize("name", LABS)
def test_the_page_shows_every_passage_and_every_figure(name: str, site: Site) -> None:
    html = html_of(site, name)

    for level, _, identifier in headings(stored(name)):
        assert level == "#" or f'id="{identifier}"' in html
    assert html.count('class="diagram lab-figure"') == len(figures(executed_once(name)))
    assert html.count("<summary>Le graphique en toutes lettres</summary>") == len(
        figures(executed_once(name))
    )
    assert html.count('class="highlight"') >= len(code_cells(stored(name)))


@pytest.mark.parametrize("name", LABS)
def test_no_figure_keeps_a_colour_of_paper(name: str, site: Site) -> None:
    """On a dark screen a colour that is not the theme's would be illegible, or dazzle."""
    need_jupyter()
    for figure in re.findall(
        r'<figure class="diagram lab-figure".*?</figure>', html_of(site, name), re.DOTALL
    ):
        assert set(re.findall(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b", figure)) == set()
        assert "DejaVu" not in figure


@pytest.mark.parametrize("name", LABS)
def test_the_page_carries_the_notebook_itself(name: str, site: Site) -> None:
    link = re.search(
        rf'<a download="{name}\.ipynb" href="data:application/x-ipynb\+json;base64,([^"]+)">',
        html_of(site, name),
    )

    assert link
    assert base64.b64decode(link[1]) == (NOTEBOOKS / f"{name}.ipynb").read_bytes()


def rendered(labs: str) -> subprocess.CompletedProcess[str]:
    """Write a lab's page where the environment says `LABS` so."""
    code = "from course_site.labs import lab; print(lab('1_signature', []))"
    env = {**os.environ, "LABS": labs}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)


def test_a_site_without_results_says_so() -> None:
    """For who writes pages and has not installed Jupyter."""
    done = rendered("off")

    assert done.returncode == 0, done.stderr
    assert '!!! warning "Lab non exécuté"' in done.stdout
    assert "<figure" not in done.stdout
    assert "## La question { #question }" in done.stdout


def test_an_unknown_wish_is_no_wish_to_leave_them_out() -> None:
    done = rendered("non")

    assert done.returncode == 1
    assert "LABS=non: write LABS=off" in done.stderr


def test_the_palette_of_the_figures_is_that_of_the_theme() -> None:
    """A colour added to one of the two would stay as it is on dark pages."""
    source = (NOTEBOOKS / "figures.py").read_text(encoding="utf-8")

    assert set(re.findall(r'^[A-Z]+ = "(#[0-9a-f]{6})"$', source, re.MULTILINE)) == set(drawings.THEME)


def test_the_page_says_where_its_results_come_from() -> None:
    assert "en 12 s" in directive.ran({"metadata": {"seconds": 12.3}})
    assert json.loads((NOTEBOOKS / "1_signature.ipynb").read_text(encoding="utf-8"))["nbformat"] == 4
