"""Any order, any repetition: the same events leave the same rows. Svix promises neither order nor uniqueness."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine

from reference_impl.providers.intake import Intake, Provider
from tests.receiver.catalogue.fixtures import emptied

from .deliveries import EMAIL, PAYLOADS, announced, authentic, event, payload, rows, states

BEST_FIRST = (
    "complained", "bounced", "suppressed", "failed", "clicked", "opened", "delivered", "delivery_delayed", "sent",
    "scheduled",
)  # fmt: skip
COLUMNS = {kind: ("delayed" if kind == "delivery_delayed" else kind) + "_at" for kind in BEST_FIRST}

Told = list[dict[str, Any]]


def kinds(told: Told) -> set[str]:
    return {one["type"].removeprefix("email.") for one in told}


@pytest.fixture
def left(intake: Intake, watchful: Provider, engine: Engine) -> Any:
    """The rows that these events leave in an empty database, delivered in this order under ids of their own."""

    def after(told: Told) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        emptied(engine)
        for number, one in enumerate(told):
            receipt = intake.receive(watchful, authentic(one, f"msg_{number}"))
            assert receipt.outcome in {"processed", "stale"}
        return rows(engine, "emails"), rows(engine, "unusable_addresses")

    return after


@pytest.mark.parametrize(
    "told",
    [
        [
            event("sent", 0),
            event("delivered", 2),
            event("opened", 1),
            event("opened", 3),
            event("clicked", 3),
        ],
        [event("delivered", 4), event("complained", 9), event("bounced", 9), event("suppressed", 9)],
        [event("delivery_delayed", 7), event("delivery_delayed", 3), event("failed", 3), event("sent", 3)],
        [event("sent", tags={"kind": "b"}), event("sent", tags=None), event("sent", tags={"kind": "a"})],
    ],
    ids=["a reader", "a loss told three times at once", "delays", "labels that differ"],
)
def test_every_order_of_these_events_leaves_one_row(left: Any, engine: Engine, told: Told) -> None:
    found = [left(list(order)) for order in permutations(told)]

    assert all(one == found[0] for one in found)
    assert states(engine) == {EMAIL: next(kind for kind in BEST_FIRST if kind in kinds(told))}
    assert len(announced(engine)) == len(found[0][1])


def test_the_nine_payloads_in_turn_leave_one_row_wherever_one_begins(left: Any, engine: Engine) -> None:
    told = [payload(name) for name in PAYLOADS]
    expected = left(told)
    assert states(engine) == {EMAIL: "complained"}

    for start in range(1, len(told)):
        turned = told[start:] + told[:start]
        assert left(turned) == left(turned[::-1]) == left(turned + told) == expected


def test_an_earlier_instant_replaces_a_later_one_and_nothing_else_does(left: Any) -> None:
    ((row,), _) = left(
        [event("delivered", 5), event("delivered", 9), event("delivered", 2), event("sent", 7)]
    )
    start = left([event("delivered", 0)])[0][0]["delivered_at"]
    assert (row["delivered_at"], row["sent_at"]) == (start + 2000, start + 7000)


@examples(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(BEST_FIRST),
            st.integers(0, 3),
            st.sampled_from(["m1", "m2"]),
            st.sampled_from(["a@x.test", "B@x.test"]),
            st.sampled_from([None, "welcome", "invoice"]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.data(),
)
def test_any_events_in_any_order_and_repeated_leave_the_same_rows(
    left: Any, engine: Engine, draws: list[tuple[str, int, str, str, str | None]], data: st.DataObject
) -> None:
    told = [
        event(kind, second, email_id=message, to=[address], tags={"kind": label} if label else [])
        for kind, second, message, address, label in draws
    ]
    again = data.draw(st.lists(st.sampled_from(told), max_size=4))
    shuffled = data.draw(st.permutations(told + again))

    expected = left(told)

    assert left(shuffled) == expected
    base = event("sent")
    epoch = left([base])[0][0]["sent_at"]
    for row in expected[0]:
        mine = [draw for draw in draws if draw[2] == row["email_id"]]
        for kind, column in COLUMNS.items():
            seconds = [second for drawn, second, *_ in mine if drawn == kind]
            assert row[column] == (epoch + min(seconds) * 1000 if seconds else None)
        assert row["kind"] == min((label for *_, label in mine if label), default=None)
