"""A field is read for what it is, or for nothing."""

from typing import Any

import pytest

from reference_impl.catalogue import reading

DATA: dict[str, Any] = {
    "text": "a", "empty": "", "null": None, "number": 5, "yes": True, "no": False, "list": ["a", 1, None, {"b": 1}],
    "object": {"c": 1}, "float": 1.5, "instant": 1764583200, "big": 2**31, "small": -(2**31) + 1, "long": "x" * 256,
    "bound": "x" * 255,
}  # fmt: skip

CASES: list[tuple[Any, dict[str, Any], Any]] = [
    (reading.text, {"text": "a", "long": "x" * 256, "bound": "x" * 255}, None),
    (reading.short, {"text": "a", "bound": "x" * 255}, None),
    (reading.person, {"text": "a", "bound": "x" * 255}, None),
    (reading.yes, {"yes": True}, False),
    (
        reading.when,
        {"instant": 1764583200000, "number": 5000, "big": 2**31 * 1000},
        None,
    ),
    (reading.whole, {"number": 5, "instant": 1764583200, "small": -(2**31) + 1}, None),
    (reading.inside, {"object": {"c": 1}}, {}),
    (reading.objects, {"list": [{"b": 1}]}, []),
    (reading.texts, {"list": ["a"]}, []),
]


@pytest.mark.parametrize(("read", "found", "otherwise"), CASES, ids=[case[0].__name__ for case in CASES])
def test_a_reader_finds_its_type_and_nothing_else(read: Any, found: dict[str, Any], otherwise: Any) -> None:
    for name in (*DATA, "absent"):
        assert read(DATA, name) == found.get(name, otherwise), name
        assert type(read(DATA, name)) is type(found.get(name, otherwise)), name


def test_an_address_is_compared_in_small_letters() -> None:
    assert reading.lowered("Ada@Example.TEST") == "ada@example.test"
    assert reading.lowered(None) is None
