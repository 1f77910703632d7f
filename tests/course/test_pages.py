"""Every page keeps the shape that readers can rely on: what it asks of them, stable ids, the parts of a module."""

import itertools
import re
from importlib.metadata import version

import pytest

from course_site.front_matter import front_matter, title_of
from course_site.paths import COURSE
from course_site.references import sources
from course_site.routes import routes
from tests.course.pages import HEADING, MODULES, PAGES, TAUGHT, page, section_text

# The original course's titles, in sentence case; its numbers and its order stay.
TITLES = {
    "00": "Introduction",
    "01": "Concept des webhooks",
    "02": "Webhooks avec Clerk",
    "03": "Implémentation pratique",
    "04": "Scénarios réels",
    "05": "Production vs développement",
    "06": "Quiz Webhooks, questions",
    "07": "Quiz Webhooks, réponses",
    "08": "Quiz Production, questions",
    "09": "Quiz Production, réponses",
    "10": "Exercices",
    "11": "Exemples de déploiement",
}
TAGS = {
    "Clerk", "Concepts", "Déploiement", "Développement local", "Effets", "Exercices", "Exploitation", "Idempotence",
    "Nouvelles tentatives", "Ordre", "Quiz", "RGPD", "Réconciliation", "SQL", "Signature", "Svix",
}  # fmt: skip
CLOSING = ["traps", "check-yourself", "further"]
TYPED = {"console", "text"}
"""What may be typed in a page: commands, which are tested, and short transcripts. Code comes from files."""

LONGEST_TRANSCRIPT = 12
RAW_ADDRESS = re.compile(r"(?<!`)https?://(?![\w.]*(?:localhost|127\.0\.0\.1|example|exemple))[^\s`)]+")


def test_the_twelve_modules_keep_their_numbers_titles_and_order() -> None:
    assert {name[:2]: title_of(COURSE / name) for name in MODULES} == {
        number: f"{number} · {title}" for number, title in TITLES.items()
    }


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_asks(name: str) -> None:
    matter = front_matter(COURSE / name)

    assert matter.duration
    assert 5 <= matter.duration <= 400
    assert 40 <= len(matter.description) <= 160
    assert matter.tags
    assert set(matter.tags) <= TAGS
    assert all((COURSE / prerequisite).is_file() for prerequisite in matter.prerequisites)
    assert all(re.fullmatch(r"ex[1-5]", exercise) for exercise in matter.exercises)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_description_and_one_title(name: str) -> None:
    assert front_matter(COURSE / name).description
    assert [heading.level for heading in page(name).headings].count(1) == 1


@pytest.mark.parametrize("name", PAGES)
def test_every_heading_has_an_id_of_its_own_in_english(name: str) -> None:
    ids = [heading.id for heading in page(name).headings]

    assert None not in ids, [heading.title for heading in page(name).headings if heading.id is None]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]+", str(identifier)) for identifier in ids)


@pytest.mark.parametrize("name", PAGES)
def test_headings_go_down_one_level_at_a_time_and_hold_no_code(name: str) -> None:
    levels = [heading.level for heading in page(name).headings]

    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert not [heading.title for heading in page(name).headings if "`" in heading.title]


@pytest.mark.parametrize("name", [name for name in TAUGHT if not name.startswith("00")])
def test_a_taught_module_begins_with_a_failure_and_ends_with_traps_checks_and_ways_on(name: str) -> None:
    second_level = [heading.id for heading in page(name).headings if heading.level == 2]

    assert second_level[0] == "problem"
    assert second_level[-3:] == CLOSING


@pytest.mark.parametrize("name", [name for name in TAUGHT if not name.startswith("00")])
def test_the_checks_are_few_and_each_leads_to_its_passage(name: str) -> None:
    text = "\n".join(page(name).prose)
    checks = text.split("{ #check-yourself }")[1].split("\n## ")[0]
    questions = re.split(r"^\?\?\? question ", checks, flags=re.MULTILINE)[1:]

    assert 3 <= len(questions) <= 7
    assert all(re.search(r"\]\((?:[\w-]+\.md)?#[\w-]+\)", question) for question in questions)


@pytest.mark.parametrize("name", [name for name in TAUGHT if not name.startswith("00")])
def test_the_reader_predicts_before_being_told(name: str) -> None:
    text = "\n".join(page(name).prose)

    assert '??? question "' in text.split("{ #problem }")[1].split("\n## ")[0]


@pytest.mark.parametrize("name", PAGES)
def test_no_code_is_typed_in_a_page(name: str) -> None:
    fences = page(name).fences

    assert {fence.language for fence in fences} <= TYPED
    assert not [
        fence for fence in fences if fence.language == "text" and len(fence.lines) > LONGEST_TRANSCRIPT
    ]


@pytest.mark.parametrize("name", PAGES)
def test_addresses_stand_in_the_list_of_sources_alone(name: str) -> None:
    assert RAW_ADDRESS.findall("\n".join(page(name).prose)) == []


def test_every_source_is_cited_and_has_an_address_of_its_own() -> None:
    cited = set(re.findall(r"\]\[([\w-]+)\]", "\n".join(line for name in PAGES for line in page(name).prose)))
    addresses = [source.url for source in sources().values()]

    assert set(sources()) - cited == set(), "sources that no page cites"
    assert cited - set(sources()) == set(), "keys that course/sources.toml does not hold"
    assert len(set(addresses)) == len(addresses)
    assert all(address.startswith("https://") for address in addresses)


def test_the_sources_are_typed_with_plain_spaces() -> None:
    """The extension puts the others in: a hand-typed one is sooner or later a missing one."""
    special = re.compile("[\u00a0\u202f\u2019]")

    assert [name for name in PAGES if special.search((COURSE / name).read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("key", list(routes()))
def test_a_route_leads_through_pages_that_exist_and_is_as_long_as_its_steps(key: str) -> None:
    steps = routes()[key].steps

    assert all(step.page is None or (COURSE / step.page).is_file() for step in steps)
    assert routes()[key].minutes > 60


def test_the_standard_route_passes_by_every_module_in_order() -> None:
    """The quizzes come after what they ask about; page 10 is worked through exercise by exercise."""
    pages = [step.page for step in routes()["standard"].steps if step.page]

    assert set(pages) & set(MODULES) == {name for name in MODULES if not name.startswith("10")}


def test_the_versions_that_the_about_page_names_are_those_that_the_tests_run_with() -> None:
    """Those of the libraries, which the project pins by date; Python and the databases are the machine's."""
    rows = re.findall(
        r"^\| ([\w, ]+) \| ([\d., ]+) \|$", section_text("a-propos.md", "versions"), re.MULTILINE
    )
    named = {
        library: told
        for libraries, versions in rows
        for library, told in zip(libraries.split(", "), versions.split(", "), strict=True)
    }
    machine = {"Python", "PostgreSQL", "SQLite"}

    assert machine <= set(named)
    assert {library: version(library) for library in set(named) - machine} == {
        library: told for library, told in named.items() if library not in machine
    }


def test_headings_are_found_with_their_ids() -> None:
    """The pattern that all this rests on."""
    match = HEADING.match("### Signer et vérifier { #sign }")

    assert match
    assert (match["level"], match["title"], match["id"]) == ("###", "Signer et vérifier", "sign")
