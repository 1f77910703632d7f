"""A gate that holds everybody who wants to write about a person, until all of them stand before it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection, Engine, select, text

from reference_impl.store.dialects import is_postgresql
from reference_impl.store.inbox import INBOX
from reference_impl.store.locks import lock_people

T = TypeVar("T")

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)
POLLS = 20_000
"""Questions to the server before we give up, one after the other: some ten seconds."""


@dataclass
class Gate:
    """Those who wait are let in one after the other, in the order of their calls on PostgreSQL, in any on SQLite."""

    watch: Connection
    _pool: ThreadPoolExecutor
    _under_way: list[threading.Event] = field(default_factory=list)

    def call(self, work: Callable[[], T]) -> "Future[T]":
        """Start the work in a thread, and return once it stands before the gate."""
        started = threading.Event()
        self._under_way.append(started)

        def run() -> T:
            started.set()
            return work()

        future = self._pool.submit(run)
        assert started.wait(10)
        if is_postgresql(self.watch):
            self.wait_for(len(self._under_way))
        return future

    def wait_for(self, number: int) -> None:
        """Wait until that many connections wait for a lock."""
        for _ in range(POLLS):
            if self.watch.execute(_WAITING).scalar_one() >= number:
                return
        raise AssertionError(f"fewer than {number} connections came to wait for a lock")


@contextmanager
def gate(engine: Engine, people: Sequence[str] = (), deliveries: Sequence[str] = ()) -> Iterator[Gate]:
    """Close the gate on these people and the rows of these deliveries (on everything, with SQLite); open it at the end."""
    rows = select(INBOX.c.svix_id).where(INBOX.c.svix_id.in_(deliveries)).with_for_update()
    with ThreadPoolExecutor(12) as pool, engine.begin() as connection, watching(engine, connection) as watch:
        lock_people(connection, people)
        connection.execute(rows)
        yield Gate(watch, pool)


@contextmanager
def watching(engine: Engine, held: Connection) -> Iterator[Connection]:
    """A connection that sees who waits now: inside a transaction, the activity it reads would never change."""
    if not is_postgresql(held):
        yield held
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
