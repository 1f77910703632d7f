"""Grammalecte reads every page as built: no fault of grammar, no word that neither it nor the course knows."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.course.building import Site
from tests.course.pages import PAGES
from tests.course.prose import prose
from tests.programs import need

HERE = Path(__file__).parent
WORDS = frozenset((HERE / "words.txt").read_text(encoding="utf-8").split())
TIMEOUT_S = 120

# Rules that cry wolf on this text; each says why.
RULES_OFF = {
    "num_grand_nombre_soudé": "ports, codes and identifiers are numbers that are not grouped",
    "majuscule_début_paragraphe": "a cell or an item may begin with a name that has no capital",
    "typo_signe_moins": "-1 is a value",
    "nbsp_après_tiret2": "-1 is a value",
    "g2__typo_À_début_phrase__b1_a1_1": "A and AAAA are records of the DNS",
    "typo_points_suspension_après_espace": "an ellipsis stands for a part left out, between spaces",
    "g0__purge_mot_nombre_parenthèses_crochets_accolades__b2_a1_1": "an ellipsis in brackets belongs to code",
    "g2__conf_dès_des_dés__b5_a1_1": "« des 401 » are answers",
    "g3__conf_tache_tâche__b1_a1_1": "a task of the night is no stain",
}
# Single places where the checker is mistaken: what it underlines, and a few words before.
MISTAKEN = [
    tuple(part.strip() for part in line.split("|"))
    for line in (HERE / "mistaken.txt").read_text(encoding="utf-8").splitlines()
    if "|" in line
]


@pytest.fixture(scope="module")
def checked(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What the checker says of each page."""
    program = need("grammalecte-cli")
    folder = tmp_path_factory.mktemp("prose")
    found = {}
    for name in PAGES:
        text = folder / f"{name}.txt"
        text.write_text(
            "\n".join(prose(site.folder / site.path_of(name) / "index.html")) + "\n", encoding="utf-8"
        )
        said = subprocess.run(
            [program, "-f", str(text), "-j", "-ctx"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=True,
        )
        found[name] = json.loads(said.stdout)["data"]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_the_grammar_is_right(name: str, checked: dict[str, list[dict[str, Any]]]) -> None:
    faults = [
        (
            fault["sRuleId"],
            fault["sBefore"][-40:],
            fault["sUnderlined"],
            fault["sAfter"][:25],
            fault["sMessage"],
        )
        for paragraph in checked[name]
        for fault in paragraph.get("lGrammarErrors", [])
        if fault["sRuleId"] not in RULES_OFF and not mistaken(fault)
    ]

    assert faults == []


def mistaken(fault: dict[str, Any]) -> bool:
    """Whether a place was looked at and found right."""
    before = fault["sBefore"].strip()
    return any(
        fault["sUnderlined"].strip() == underlined.strip() and (before.endswith(said) if said else not before)
        for underlined, said in MISTAKEN
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_word_is_known(name: str, checked: dict[str, list[dict[str, Any]]]) -> None:
    unknown = {
        fault["sValue"]
        for paragraph in checked[name]
        for fault in paragraph.get("lSpellingErrors", [])
        if fault["sValue"] not in WORDS and not re.fullmatch(r"ex\d|[A-Z]+\d*|v\d\w*", fault["sValue"])
    }

    assert unknown == set()


def test_the_checker_can_find_faults(tmp_path: Path) -> None:
    """A check that cannot fail proves nothing."""
    program = need("grammalecte-cli")
    text = tmp_path / "faute.txt"
    text.write_text(
        "Les livraison arrive en désordre. Vous devez vérifié la signature du xqzwvk.\n", encoding="utf-8"
    )

    said = subprocess.run(
        [program, "-f", str(text), "-j", "-ctx"], capture_output=True, text=True, timeout=TIMEOUT_S
    )
    (paragraph,) = json.loads(said.stdout)["data"]

    assert len(paragraph["lGrammarErrors"]) >= 2
    assert [fault["sValue"] for fault in paragraph["lSpellingErrors"]] == ["xqzwvk"]
