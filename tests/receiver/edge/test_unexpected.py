"""An error that nobody foresaw is one delivery's 500: nobody else waits for an answer that never comes."""

import asyncio
import json
import threading
from typing import Any, ClassVar

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from reference_impl.edge.envelope import Event
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.batches import Batcher, receive_together
from reference_impl.receiving.outcomes import Steps
from reference_impl.receiving.receive import Receipt, Receiver

from .served import rows


class Faulty(Receiver):
    """A receiver with a bug, for one delivery."""

    def steps(self, connection: Connection, event: Event, delivery: VerifiedDelivery) -> Steps:
        outcome = yield from super().steps(connection, event, delivery)
        if event.svix_id == "msg_3":
            raise ZeroDivisionError
        return outcome


def test_the_others_of_its_group_are_received(engine: Engine) -> None:
    batcher = Batcher(Faulty(engine, Subjects("a-key-of-the-tests")))
    body = json.dumps({"type": "role.created", "timestamp": 1764583200000, "data": {"id": "role_1"}}).encode()

    async def all_at_once() -> list[Any]:
        waiting = [batcher.receive(VerifiedDelivery(f"msg_{number}", body, 0)) for number in range(6)]
        return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 20)

    results = asyncio.run(all_at_once())
    assert isinstance(results.pop(3), ZeroDivisionError)
    assert all(result.outcome in {"processed", "stale"} for result in results)
    assert {row["svix_id"] for row in rows(engine, "inbox")} == {
        f"msg_{number}" for number in (0, 1, 2, 4, 5)
    }


class Deadlocked(Receiver):
    """A receiver whose first transaction PostgreSQL cancels, as it does with one of two that wait for each other."""

    cancelled: ClassVar[list[str]] = []

    def receive(self, delivery: VerifiedDelivery) -> Receipt:
        if not self.cancelled:
            self.cancelled.append(delivery.svix_id)
            raise OperationalError("", None, DeadlockDetected())
        return super().receive(delivery)


def test_the_loser_of_a_deadlock_is_received_at_once(engine: Engine) -> None:
    receiver = Deadlocked(engine, Subjects("a-key-of-the-tests"))
    body = json.dumps({"type": "role.created", "timestamp": 1764583200000, "data": {"id": "role_1"}}).encode()
    Deadlocked.cancelled.clear()

    (receipt,) = receive_together(receiver, [VerifiedDelivery("msg_1", body, 0)])

    assert Deadlocked.cancelled == ["msg_1"]
    assert isinstance(receipt, Receipt)
    assert receipt.outcome == "processed"


class Slow(Receiver):
    """A receiver that waits for the test, as for a database that is frozen."""

    released: ClassVar[threading.Event] = threading.Event()

    def receive(self, delivery: VerifiedDelivery) -> Receipt:
        self.released.wait(10)
        return super().receive(delivery)


def test_a_frozen_database_is_answered_in_time(engine: Engine) -> None:
    Slow.released.clear()
    batcher = Batcher(Slow(engine, Subjects("a-key-of-the-tests")), patience=0.05)
    body = json.dumps({"type": "role.created", "timestamp": 1764583200000, "data": {"id": "role_1"}}).encode()

    async def asked() -> None:
        with pytest.raises(TimeoutError):
            await batcher.receive(VerifiedDelivery("msg_1", body, 0))
        Slow.released.set()

    asyncio.run(asked())
    batcher.close()


def test_no_delivery_sleeps_in_an_idle_queue(engine: Engine) -> None:
    """Each arrives one step of the loop after another was answered: just when the queue was seen empty."""
    batcher = Batcher(Receiver(engine, Subjects("a-key-of-the-tests")))
    body = json.dumps({"type": "invented", "timestamp": 1764583200000, "data": {}}).encode()

    async def in_turn() -> None:
        for turn in range(12):
            first = asyncio.create_task(batcher.receive(VerifiedDelivery(f"msg_{turn}", body, 0)))
            answered = asyncio.Event()
            first.add_done_callback(lambda _, answered=answered: answered.set())
            await answered.wait()
            for _ in range(turn % 4):
                await asyncio.sleep(0)
            await asyncio.wait_for(batcher.receive(VerifiedDelivery(f"msg_{turn}_next", body, 0)), 5)

    asyncio.run(in_turn())
    batcher.close()
