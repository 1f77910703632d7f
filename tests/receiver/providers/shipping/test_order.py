"""Any order, any repetition: the same news leaves the same row. Neither sender promises order or uniqueness."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine

from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.shipping.states import EASYPOST, SHIPPO
from tests.receiver.catalogue.fixtures import emptied

from .deliveries import authentic, iso, ms, rows, track, tracker

Told = tuple[str, int, int, str | None]
"""A word of the sender, an hour, an hour of arrival, a detail."""


def trackers(draws: list[Told]) -> list[dict[str, Any]]:
    """Events of EasyPost about one parcel."""
    return [
        tracker(word, number, hour, est_delivery_date=iso(eta) if eta else None, status_detail=detail)
        for number, (word, hour, eta, detail) in enumerate(draws)
    ]


def tracks(draws: list[Told]) -> list[dict[str, Any]]:
    """Events of Shippo about one parcel, which EasyPost does not know."""
    told = [track(word, hour, eta=iso(eta) if eta else None) for word, hour, eta, _ in draws]
    for one, (*_, detail) in zip(told, draws, strict=True):
        one["data"]["tracking_status"]["substatus"] = {"code": detail}
    return told


def state(told: list[tuple[str, int]]) -> tuple[str, int]:
    """What one must see after these states, in any order, and since when: the rule, without SQL."""
    for final in ("returned", "delivered", "cancelled"):
        if hours := [hour for status, hour in told if status == final]:
            return final, max(hours)
    known = [one for one in told if one[0] != "unknown"] or told
    last = max(hour for _, hour in known)
    order = ["unknown", "pre_transit", "in_transit", "out_for_delivery", "exception", "available_for_pickup"]
    return max((status for status, hour in known if hour == last), key=order.index), last


@pytest.fixture
def left(intake: Intake, easypost: Provider, shippo: Provider, engine: Engine) -> Any:
    """The rows that these events leave in an empty database, delivered in this order."""

    def after(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
        emptied(engine)
        for one in told:
            provider = shippo if "event" in one else easypost
            assert intake.receive(provider, authentic(one)).outcome in {"processed", "stale", "duplicate"}
        return rows(engine, "parcels")

    return after


STORIES: dict[str, list[Told]] = {
    "a delivery after a failure": [
        ("in_transit", 1, 0, None), ("failure", 2, 0, None), ("out_for_delivery", 3, 0, None), ("delivered", 4, 0, None),
    ],
    "ties": [("in_transit", 1, 0, None), ("failure", 1, 0, "b"), ("error", 1, 0, "a"), ("failure", 1, 5, None)],
    "all the final states": [
        ("delivered", 3, 0, None), ("return_to_sender", 1, 0, None), ("cancelled", 9, 0, None), ("in_transit", 9, 0, None),
    ],
    "little is known": [("unknown", 9, 0, None), ("a new word", 8, 0, None), ("pre_transit", 1, 0, None), ("unknown", 9, 1, None)],
}  # fmt: skip


@pytest.mark.parametrize("draws", STORIES.values(), ids=STORIES)
def test_the_24_orders_of_four_events_leave_one_row(left: Any, draws: list[Told]) -> None:
    found = [left(list(order)) for order in permutations(trackers(draws))]

    assert all(one == found[0] for one in found)
    (row,) = found[0]
    status, hour = state([(EASYPOST.get(word, "unknown"), hour) for word, hour, *_ in draws])
    assert (row["status"], row["status_at"]) == (status, ms(hour))


def draws_of(words: dict[str, str]) -> Any:
    drawn = st.tuples(
        st.sampled_from([*words, "a new word"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from([None, "a", "b", "A"]),
    )
    return st.lists(drawn, min_size=1, max_size=6)


@examples(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(draws_of(EASYPOST), draws_of(SHIPPO), st.data())
def test_any_events_in_any_order_and_repeated_leave_the_same_rows(
    left: Any, of_easypost: list[Told], of_shippo: list[Told], data: st.DataObject
) -> None:
    told = trackers(of_easypost) + tracks(of_shippo)
    again = data.draw(st.lists(st.sampled_from(told), max_size=4))
    shuffled = data.draw(st.permutations(told + again))

    expected = left(told)

    assert left(shuffled) == expected
    for row, words, draws in zip(expected, (EASYPOST, SHIPPO), (of_easypost, of_shippo), strict=True):
        status, hour = state([(words.get(word, "unknown"), hour) for word, hour, *_ in draws])
        assert (row["status"], row["status_at"]) == (status, ms(hour))


def test_one_parcel_that_both_senders_follow_has_one_row_in_any_order(left: Any) -> None:
    same = {"carrier": "USPS"}
    told = [
        tracker("in_transit", 1, 1, tracking_code="N1", **same),
        tracker("delivered", 2, 3, tracking_code="N1", **same),
        track("TRANSIT", 1, tracking_number="N1", **same),
        track("DELIVERED", 3, tracking_number="N1", **same),
    ]
    found = [left(list(order)) for order in permutations(told)]

    assert all(one == found[0] for one in found)
    assert [row["status"] for row in found[0]] == ["delivered"]
