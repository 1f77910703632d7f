"""Many at once, on the same payment, the same invoice, the same delivery."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.providers.intake import Intake, Provider

from .deliveries import announced, authentic, emptied, invoice, outcomes, payment, rows

TOLD = [
    payment("processing", 1, 0),
    payment("payment_failed", 2, 0),
    payment("succeeded", 3, 1),
    invoice("paid", 4, 0),
    invoice("payment_succeeded", 5, 0),
    invoice("paid", 6, 9, id="in_2"),
]
STATES = ("payments", "invoices", "subscriptions")


def together(intake: Intake, stripe: Provider, hands: Sequence[Sequence[dict[str, Any]]]) -> Counter[str]:
    """Let each hand deliver its events in its own thread, all from the same instant; count the outcomes."""
    ready = threading.Barrier(len(hands))

    def work(hand: Sequence[dict[str, Any]]) -> list[str]:
        ready.wait(20)
        return [str(intake.receive(stripe, authentic(told)).outcome) for told in hand]

    with ThreadPoolExecutor(len(hands)) as pool:
        return Counter(outcome for found in pool.map(work, hands) for outcome in found)


@pytest.mark.parametrize("told", [TOLD[2], TOLD[3]], ids=["payment", "invoice"])
def test_one_delivery_that_arrives_eight_times_at_once_is_processed_once(
    intake: Intake, stripe: Provider, engine: Engine, listener: Any, told: dict[str, Any]
) -> None:
    assert together(intake, stripe, [[told]] * 8) == {"processed": 1, "duplicate": 7}

    assert outcomes(engine) == {told["id"]: "processed"}
    keys = [news.key for news in listener.heard]
    assert sorted(keys) == sorted(set(keys)) == announced(engine)


def test_two_events_of_one_invoice_at_once_activate_once(
    intake: Intake, stripe: Provider, engine: Engine, listener: Any
) -> None:
    for _ in range(5):
        emptied(engine)
        listener.heard.clear()

        together(intake, stripe, [[TOLD[3]], [TOLD[4]]])

        keys = sorted(news.key for news in listener.heard)
        assert keys == announced(engine) == ["invoice.paid/in_1", "subscription.activated/sub_1"]
        assert (len(rows(engine, "invoices")), len(rows(engine, "subscriptions"))) == (1, 1)


@pytest.mark.parametrize("seed", range(3))
def test_all_of_them_at_once_in_other_orders_leave_what_they_leave_one_by_one(
    intake: Intake, stripe: Provider, engine: Engine, seed: int
) -> None:
    for told in TOLD:
        intake.receive(stripe, authentic(told))
    expected = {table: rows(engine, table) for table in STATES}
    emptied(engine)

    found = together(intake, stripe, [Random(seed * 10 + hand).sample(TOLD, len(TOLD)) for hand in range(6)])

    assert {table: rows(engine, table) for table in STATES} == expected
    assert found["duplicate"] == 5 * len(TOLD)
    assert found["processed"] + found["stale"] == len(TOLD)
    assert {key for key in announced(engine) if key != "payment.failed/pi_1"} == {
        "payment.succeeded/pi_1",
        "invoice.paid/in_1",
        "invoice.paid/in_2",
        "subscription.activated/sub_1",
    }
