"""Any order, any repetition: the same events leave the same rows. Stripe promises neither order nor uniqueness."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine

from reference_impl.providers.intake import Intake, Provider

from .deliveries import authentic, emptied, invoice, payment, rows

KINDS = ("processing", "payment_failed", "canceled", "succeeded")
STATES = ("payments", "invoices", "subscriptions")


def payments(draws: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Events about one payment; each says something else, so that one sees which of them the row comes from."""
    return [
        payment(kind, number, second, amount=100 + number, last_payment_error={"code": f"code_{number}"})
        for number, (kind, second) in enumerate(draws)
    ]


def invoices(draws: list[tuple[str, int, int]]) -> list[dict[str, Any]]:
    """Events about a few invoices of one subscription."""
    return [
        invoice(
            kind, number, second, id=f"in_{which}", amount_paid=100 + number,
            billing_reason="subscription_cycle" if (number + which) % 3 else "manual",
        )
        for number, (kind, second, which) in enumerate(draws, start=50)
    ]  # fmt: skip


def state(told: list[dict[str, Any]]) -> str:
    """What one must see after these events, in any order."""
    kinds = {one["type"].removeprefix("payment_intent.") for one in told}
    for final in ("succeeded", "canceled"):
        if final in kinds:
            return final
    last = max(one["created"] for one in told)
    failed = any(one["created"] == last and one["type"].endswith("failed") for one in told)
    return "requires_payment_method" if failed else "processing"


@pytest.fixture
def left(intake: Intake, stripe: Provider, engine: Engine) -> Any:
    """The rows that these events leave in an empty database, delivered in this order."""

    def after(told: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        emptied(engine)
        for one in told:
            assert intake.receive(stripe, authentic(one)).outcome in {"processed", "stale", "duplicate"}
        return {table: rows(engine, table) for table in STATES}

    return after


@pytest.mark.parametrize(
    "draws",
    [
        [("processing", 0), ("payment_failed", 0), ("processing", 1), ("succeeded", 1)],
        [("payment_failed", 1), ("payment_failed", 1), ("processing", 1), ("processing", 0)],
        [("canceled", 2), ("payment_failed", 2), ("succeeded", 0), ("processing", 3)],
    ],
    ids=["a success amid failures", "ties", "both final states"],
)
def test_the_24_orders_of_four_events_leave_one_row(left: Any, draws: list[tuple[str, int]]) -> None:
    told = payments(draws)
    found = [left(list(order)) for order in permutations(told)]

    assert all(one == found[0] for one in found)
    assert [row["status"] for row in found[0]["payments"]] == [state(told)]


@examples(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2)), min_size=1, max_size=6),
    st.lists(
        st.tuples(st.sampled_from(["paid", "payment_succeeded"]), st.integers(0, 2), st.integers(1, 3)),
        max_size=6,
    ),
    st.data(),
)
def test_any_events_in_any_order_and_repeated_leave_the_same_rows(
    left: Any, of_payment: list[tuple[str, int]], of_invoices: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    told = payments(of_payment) + invoices(of_invoices)
    again = data.draw(st.lists(st.sampled_from(told), max_size=4))
    shuffled = data.draw(st.permutations(told + again))

    expected = left(told)

    assert left(shuffled) == expected
    assert [row["status"] for row in expected["payments"]] == [state(payments(of_payment))]
