"""Sessions that arrive at the same instant, by several processes: the alert is raised, and raised once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.receive import Receipt
from reference_impl.store.engine import open_engine
from tests.receiver.effects.conftest import Time, outbox

from .conftest import alerts, delivery, session, watching


@pytest.mark.parametrize("turn", range(4))
def test_sessions_told_at_once_raise_one_alert(
    engine: Engine, database_url: str, time: Time, turn: int
) -> None:
    engines = [engine, open_engine(database_url)]
    receivers = [watching(one, time) for one in engines]
    start = threading.Barrier(6, timeout=10)

    def one(rank: int) -> Receipt:
        start.wait()
        told = delivery(session(rank, country="CA" if rank else "FR"), f"msg_{rank}")
        return receivers[rank % 2].receive(told)

    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(one, range(6)))
    engines[1].dispose()

    assert [receipt.outcome for receipt in receipts] == [Outcome.PROCESSED] * 6
    assert [alert.rule for alert in alerts(engine)] == ["many_sessions", "two_countries"]
    assert len(outbox(engine)) == 2
