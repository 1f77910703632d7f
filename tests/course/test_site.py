"""The built site: whole, self-contained, light, and in French typography."""

import itertools
import json
import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest

from course_site.paths import COURSE
from course_site.references import sources
from grader.passages import passages
from grader.quiz import load_quiz, quiz_ids
from tests.course.building import Site, built, elements
from tests.course.pages import MODULES, PAGES, page

PAGE_BYTES = 500_000
"""A page without its images; the drawings are part of it."""

LARGEST_ASSET_BYTES = 400_000


def built_page(site: Site, source: str) -> Path:
    """The file of a page."""
    return site.folder / site.path_of(source) / "index.html"


def test_the_strict_build_says_nothing(site: Site) -> None:
    assert "WARNING" not in site.log
    assert all(built_page(site, name).is_file() for name in PAGES)


@pytest.mark.parametrize("key", list(passages()))
def test_a_passage_stands_under_its_own_title(key: str) -> None:
    """What quizzes and failures point to is really there, under the words they quote."""
    passage = passages()[key]
    titles = {heading.id: heading.title for heading in page(passage.page).headings}

    assert titles.get(key) == passage.title


def test_every_link_inside_the_site_arrives(site: Site) -> None:
    ids = {path: set(elements(path).ids) for path in site.pages}
    lost = []
    for path in site.pages:
        if path.name == "404.html":
            continue
        base = f"/{path.relative_to(site.folder).as_posix()}"
        for link in elements(path).links:
            address, fragment = urldefrag(urljoin(base, link))
            if "://" in address or address.startswith(("mailto:", "javascript:", "data:")):
                continue
            target = site.folder / unquote(address).lstrip("/")
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (
                fragment and target.suffix == ".html" and unquote(fragment) not in ids[target]
            ):
                lost.append((base, link))
    assert lost == []


def test_every_link_out_of_the_site_is_a_listed_source(site: Site) -> None:
    known = {source.url for source in sources().values()}
    out = {link for path in site.pages for link in elements(path).links if re.match(r"https?://", link)}

    assert out - known == set()


def test_no_page_loads_anything_from_elsewhere(site: Site) -> None:
    foreign = {
        (path.name, address)
        for path in site.pages
        for address in elements(path).loaded
        if re.match(r"(?:https?:)?//", address)
    }
    styles = "\n".join(path.read_text(encoding="utf-8") for path in site.folder.rglob("*.css"))

    assert foreign == set()
    assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//[^)]*", styles) == []


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_given_once_in_a_page(name: str, site: Site) -> None:
    ids = elements(built_page(site, name)).ids

    assert sorted({identifier for identifier in ids if ids.count(identifier) > 1}) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(name: str, site: Site) -> None:
    assert built_page(site, name).stat().st_size < PAGE_BYTES


def test_what_pages_load_is_light(site: Site) -> None:
    page = built_page(site, "03-implementation-pratique.md")
    loaded = {(page.parent / address).resolve() for address in elements(page).loaded}

    assert len(loaded) > 5
    assert max(path.stat().st_size for path in loaded) < LARGEST_ASSET_BYTES


@pytest.mark.parametrize("name", PAGES)
def test_french_signs_have_their_spaces(name: str, site: Site) -> None:
    text = elements(built_page(site, name)).text

    assert re.findall(r".{12}[^\s\u00a0\u202f?!.…]?(?<=[\w»)])[?!;](?=\s)", text) == []
    assert re.findall(r".{12} [;!?:»](?=\s)", text) == []
    assert re.findall(r"« .{8}|«\w.{8}", text) == []
    assert re.findall(r"\w'\w.{8}", text) == []


def test_no_directive_or_mark_is_left_in_a_page(site: Site) -> None:
    for path in site.pages:
        text = path.read_text(encoding="utf-8")
        assert "///" not in re.sub(r"<pre.*?</pre>|https?:///?|sqlite:///", "", text, flags=re.DOTALL), path
        assert not re.search(r"\(\d\)!", text), path
        assert "--8&lt;--" not in text, path


def test_the_sources_of_the_site_are_not_published(site: Site) -> None:
    published = {path.suffix for path in site.folder.rglob("*") if path.is_file()}

    assert published <= {".html", ".css", ".js", ".map", ".svg", ".png", ".json", ".xml", ".gz", ".txt"}
    assert not (site.folder / "examples").exists()


@pytest.mark.parametrize("identifier", quiz_ids())
def test_the_questions_page_holds_every_question_and_works_as_a_list(identifier: str, site: Site) -> None:
    """Twenty sets of four choices; each answer is folded, not hidden: a reader without JavaScript opens it."""
    name = {"webhooks": "06-quiz-questions.md", "production": "08-quiz-production-questions.md"}[identifier]
    html = built_page(site, name).read_text(encoding="utf-8")

    assert html.count('class="quiz-question"') == len(load_quiz(identifier).questions) == 20
    assert html.count('type="radio" name="q') == 80
    assert html.count('<details class="quiz-answer"') == 20
    assert html.count('<div class="quiz-remark"') == 80


@pytest.mark.parametrize("identifier", quiz_ids())
def test_the_corrections_say_every_answer_its_reason_and_its_passage(identifier: str, site: Site) -> None:
    name = {"webhooks": "07-quiz-reponses.md", "production": "09-quiz-production-reponses.md"}[identifier]
    found = elements(built_page(site, name))

    assert {question.id for question in load_quiz(identifier).questions} <= set(found.ids)
    assert found.text.count("réponse juste") == 20
    assert found.text.count("réponse fausse") == 60
    for question in load_quiz(identifier).questions:
        assert any(link.endswith(f"#{question.anchor}") for link in found.links)


def test_every_module_has_a_reading_time_and_its_neighbours(site: Site) -> None:
    for before, after in itertools.pairwise(MODULES):
        html = built_page(site, before).read_text(encoding="utf-8")
        assert re.search(r'class="reading-time">Lecture\u00a0: \d+\u00a0min', html), before
        assert re.search(r'rel="next"|md-footer__link--next', html), before
        assert site.path_of(after) in html


def test_the_search_index_is_french_and_knows_every_page(site: Site) -> None:
    index = json.loads((site.folder / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {document["location"].partition("#")[0] for document in index["docs"]}

    assert index["config"]["lang"] == ["fr"]
    assert {site.path_of(name) for name in PAGES} - found == set()


def test_a_published_site_tells_social_networks_what_it_is(shared: Path) -> None:
    """Only a site with an address has an image for its links: an image's own address must be whole."""
    address = "https://cours.example/"
    published = built(shared, "published", "mkdocs", "build", "--strict", "--site-dir", SITE_URL=address)
    html = built_page(published, "01-concept-webhooks.md").read_text(encoding="utf-8")

    assert f'<meta property="og:image" content="{address}assets/social.png">' in html
    assert f'<meta property="og:url" content="{address}01-concept-webhooks/">' in html
    assert f'<link rel="canonical" href="{address}01-concept-webhooks/">' in html


def test_the_social_image_is_there() -> None:
    head = (COURSE / "assets" / "social.png").read_bytes()[:24]

    assert head.startswith(b"\x89PNG")
    assert (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) == (1200, 630)
