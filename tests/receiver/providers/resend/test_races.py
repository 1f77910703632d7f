"""Many at once, on the same message, the same address, the same delivery."""

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

from .deliveries import announced, authentic, event, outcomes, rows

TOLD = {
    "msg_1": event("sent", 0),
    "msg_2": event("delivered", 2),
    "msg_3": event("opened", 1),
    "msg_4": event("opened", 5),
    "msg_5": event("bounced", 3),
    "msg_6": event("complained", 3),
    "msg_7": event("complained", 2, email_id="another"),
}

Hand = Sequence[tuple[str, dict[str, Any]]]


def together(intake: Intake, provider: Provider, hands: Sequence[Hand]) -> Counter[str]:
    """Let each hand deliver its events in its own thread, all from the same instant; count the outcomes."""
    ready = threading.Barrier(len(hands))

    def work(hand: Hand) -> list[str]:
        ready.wait(20)
        return [str(intake.receive(provider, authentic(one, svix_id)).outcome) for svix_id, one in hand]

    with ThreadPoolExecutor(len(hands)) as pool:
        return Counter(outcome for found in pool.map(work, hands) for outcome in found)


def test_one_delivery_that_arrives_eight_times_at_once_is_processed_once(
    intake: Intake, resend: Provider, engine: Engine, listener: Listener
) -> None:
    hand = [("msg_1", event("bounced"))]

    assert together(intake, resend, [hand] * 8) == {"processed": 1, "duplicate": 7}

    assert outcomes(engine) == {"msg_1": "processed"}
    assert [news.key for news in listener.heard] == announced(engine)
    assert len(listener.heard) == 1


def test_an_address_lost_by_eight_messages_at_once_is_announced_once(
    intake: Intake, resend: Provider, engine: Engine, listener: Listener
) -> None:
    hands = [[(f"msg_{n}", event("bounced", n, email_id=f"email_{n}"))] for n in range(8)]
    for _ in range(3):
        emptied(engine)
        listener.heard.clear()

        found = together(intake, resend, hands)

        assert found == {"processed": 8}
        assert [news.key for news in listener.heard] == announced(engine)
        assert len(listener.heard) == 1
        (row,) = rows(engine, "unusable_addresses")
        assert row["since"] == min(row["bounced_at"] for row in rows(engine, "emails"))


@pytest.mark.parametrize("seed", range(3))
def test_all_of_them_at_once_in_other_orders_leave_what_they_leave_one_by_one(
    intake: Intake, watchful: Provider, engine: Engine, seed: int
) -> None:
    told = list(TOLD.items())
    for svix_id, one in told:
        intake.receive(watchful, authentic(one, svix_id))
    expected = rows(engine, "emails"), rows(engine, "unusable_addresses")
    emptied(engine)

    hands = [Random(seed * 10 + hand).sample(told, len(told)) for hand in range(6)]
    found = together(intake, watchful, hands)

    assert (rows(engine, "emails"), rows(engine, "unusable_addresses")) == expected
    assert found["duplicate"] == 5 * len(told)
    assert found["processed"] + found["stale"] == len(told)
    assert len(announced(engine)) == 1
