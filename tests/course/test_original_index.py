"""Nothing of the original course's index was lost: every bullet and every « concept clé » has its passage."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.course.pages import MODULES, section_text

ITEMS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "original_index.toml").read_text(encoding="utf-8")
)["items"]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['part']}: {item['says']}")
def test_a_point_of_the_index_has_its_passage(item: dict[str, Any]) -> None:
    page, _, anchor = item["passage"].partition("#")
    text = section_text(page, anchor).lower()

    assert text, f"{page} has no passage #{anchor}"
    assert [word for word in item.get("words", []) if word.lower() not in text] == []


def test_every_module_of_the_index_is_in_the_list() -> None:
    assert {name[:2] for name in MODULES} <= {item["part"] for item in ITEMS}
