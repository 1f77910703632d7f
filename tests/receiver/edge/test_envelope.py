"""What a verified body may be: an event, or a reason why it is none."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_impl.edge.envelope import DEEPEST, LATEST_MS, Event, instant, read_event
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.errors import UnusableEventError
from reference_impl.receiving.people import people_in


def event(body: bytes) -> Event:
    return read_event(VerifiedDelivery("msg_1", body, 0))


def reason(body: bytes) -> str:
    with pytest.raises(UnusableEventError) as refused:
        event(body)
    return refused.value.reason


def enveloped(data: str) -> bytes:
    return f'{{"type": "user.updated", "timestamp": 1764583200036, "data": {data}}}'.encode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1764583200, 1764583200000),
        (1764583200036, 1764583200036),
        (0, 0),
        (10**11 - 1, (10**11 - 1) * 1000),
        (10**11, 10**11),
        (LATEST_MS, LATEST_MS),
        (LATEST_MS + 1, None),
        (10**400, None),
        (-1, None),
        (True, None),
        (1764583200.5, None),
        ("1764583200036", None),
        (None, None),
        ([], None),
    ],
)
def test_an_instant_is_read_in_seconds_or_milliseconds(value: Any, expected: int | None) -> None:
    assert instant(value) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null-",
        b"{",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": -1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a": "\x00"}',
        '{"type": "user.created"}'.encode("utf-16-le"),
        '{"type": "user.created"}'.encode("utf-32-be"),
        b"\xff\xfe",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_in_utf8_is_unusable(body: bytes) -> None:
    assert reason(body) == "not_json"


@pytest.mark.parametrize("body", [b"null", b"[]", b'"user.created"', b"1", b"true"])
def test_what_is_no_object_is_unusable(body: bytes) -> None:
    assert reason(body) == "not_an_object"


@pytest.mark.parametrize("kind", ["null", "1", "{}", "[]", '""', '"' + "x" * 256 + '"'])
def test_an_event_without_a_type_is_unusable(kind: str) -> None:
    assert reason(f'{{"type": {kind}, "data": {{}}}}'.encode()) == "no_type"


@pytest.mark.parametrize("identifier", ["null", "1", "{}", '""', '"' + "x" * 256 + '"'])
def test_a_resource_without_an_id_is_unusable(identifier: str) -> None:
    found = event(enveloped(f'{{"id": {identifier}}}'))
    with pytest.raises(UnusableEventError) as refused:
        _ = found.resource_id
    assert refused.value.reason == "no_id"


def test_nesting_is_bounded_before_it_can_break_what_comes_after() -> None:
    def nested(depth: int) -> bytes:
        return b'{"type":"user.updated","data":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"

    assert event(nested(DEEPEST - 1)).type == "user.updated"
    for depth in (DEEPEST, 300, 700, 900, 950, 990):
        assert reason(nested(depth)) in {"too_deep", "not_json"}


def test_wide_is_not_deep() -> None:
    assert len(event(enveloped('{"id": "u", "list": [' + "[{}]," * 5000 + "1]}")).data["list"]) == 5001


def test_what_postgresql_cannot_hold_is_replaced() -> None:
    found = event(
        enveloped(r'{"id": "user_\u0000\ud800", "\uDFFF": ["\ud83d", "\ud83d\ude00", 1, null], "é": {}}')
    )
    assert found.data == {"id": "user_\ufffd\ufffd", "\ufffd": ["\ufffd", "\U0001f600", 1, None], "é": {}}


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert event(b"\xef\xbb\xbf" + enveloped("{}")).type == "user.updated"


def test_of_two_equal_keys_the_last_one_counts() -> None:
    assert event(enveloped('{"id": "a", "id": "b"}')).resource_id == "b"


@pytest.mark.parametrize("data", ["null", "[]", "1", '"x"'])
def test_data_that_is_no_object_is_empty(data: str) -> None:
    assert event(enveloped(data)).data == {}


@pytest.mark.parametrize(
    ("given_id", "expected"), [('"ins_1"', "ins_1"), ("null", None), ("5", None), ('""', None)]
)
def test_the_instance_is_a_text_or_unknown(given_id: str, expected: str | None) -> None:
    assert event(f'{{"type": "t", "instance_id": {given_id}}}'.encode()).instance_id == expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_an_event_or_a_reason(document: Any) -> None:
    for body in (json.dumps(document), json.dumps({"type": "x", "data": document})):
        with suppress(UnusableEventError):
            json.dumps(event(body.encode()).data, allow_nan=False, ensure_ascii=False).encode()


@given(st.binary())
def test_any_bytes_are_an_event_or_a_reason(body: bytes) -> None:
    with suppress(UnusableEventError):
        event(body)


def test_people_are_found_wherever_they_stand() -> None:
    body = b'{"a": ["user_A"], "b": {"actor": {"sub":"user_B"}}, "c": "user_C", "d" : "user_A"}'
    assert people_in(body) == {"user_A", "user_B", "user_C"}


def test_the_name_of_a_field_is_nobody() -> None:
    """Were `user_agent` a person, each delivery would wait for its lock: all the others, one at a time."""
    body = b'{"user_id": null, "user_agent" : "Mozilla", "user_agent"\n: "x", "note": "user_A is here"}'
    assert people_in(body) == frozenset()


def test_a_longer_text_than_an_id_is_nobody() -> None:
    assert people_in(b'"user_' + b"x" * 251 + b'"') == frozenset()
    assert people_in(b'"user_' + b"x" * 250 + b'"') == {"user_" + "x" * 250}
