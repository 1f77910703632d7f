"""Many at once, on the same parcel and the same delivery."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.providers.intake import Intake, Provider
from tests.receiver.catalogue.fixtures import emptied
from tests.receiver.providers.conftest import Listener

from .deliveries import announced, authentic, outcomes, rows, track, tracker

TOLD = [
    tracker("in_transit", 1, 0),
    tracker("failure", 2, 1),
    tracker("out_for_delivery", 3, 2),
    tracker("delivered", 4, 3),
    track("TRANSIT", 0),
    track("FAILURE", 1),
    track("RETURNED", 2),
    track("DELIVERED", 3),
]


@pytest.fixture
def together(intake: Intake, easypost: Provider, shippo: Provider) -> Any:
    """Let each hand deliver its events in its own thread, all from the same instant; count the outcomes."""

    def counted(hands: Sequence[Sequence[dict[str, Any]]]) -> Counter[str]:
        ready = threading.Barrier(len(hands))

        def receive(told: dict[str, Any]) -> str:
            provider = shippo if "event" in told else easypost
            return str(intake.receive(provider, authentic(told)).outcome)

        def work(hand: Sequence[dict[str, Any]]) -> list[str]:
            ready.wait(20)
            return [receive(told) for told in hand]

        with ThreadPoolExecutor(len(hands)) as pool:
            return Counter(outcome for found in pool.map(work, hands) for outcome in found)

    return counted


@pytest.mark.parametrize("told", [TOLD[3], TOLD[7]], ids=["easypost", "shippo"])
def test_one_delivery_that_arrives_eight_times_at_once_is_processed_once(
    together: Any, engine: Engine, listener: Listener, told: dict[str, Any]
) -> None:
    assert together([[told]] * 8) == {"processed": 1, "duplicate": 7}

    assert list(outcomes(engine).values()) == ["processed"]
    assert [news.key for news in listener.heard] == announced(engine)
    assert len(listener.heard) == 1


def test_eight_pieces_of_news_at_once_leave_the_strongest(together: Any, engine: Engine) -> None:
    told = [tracker("in_transit", hour, hour) for hour in range(7)] + [tracker("delivered", 7, 3)]
    for seed in range(3):
        emptied(engine)
        together([[one] for one in Random(seed).sample(told, len(told))])

        (row,) = rows(engine, "parcels")
        assert row["status"] == "delivered"
        assert announced(engine)[0] == "parcel.delivered/CanadaPost/EZ1"
        assert len(announced(engine)) <= 2


@pytest.mark.parametrize("seed", range(3))
def test_all_of_them_at_once_in_other_orders_leave_what_they_leave_one_by_one(
    together: Any, engine: Engine, seed: int
) -> None:
    together([TOLD])
    expected = rows(engine, "parcels")
    emptied(engine)

    found = together([Random(seed * 10 + hand).sample(TOLD, len(TOLD)) for hand in range(6)])

    assert rows(engine, "parcels") == expected
    assert [row["status"] for row in expected] == ["delivered", "returned"]
    assert found["duplicate"] == 5 * len(TOLD)
    assert found["processed"] + found["stale"] == len(TOLD)
    assert {"parcel.delivered/CanadaPost/EZ1", "parcel.returned/usps/SH1"} <= set(announced(engine))
