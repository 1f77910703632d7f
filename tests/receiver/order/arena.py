"""Two receivers on one database, as two processes would be, and a third that lives the same history in order."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reference_impl.app import build_receiver as receiver_of
from reference_impl.edge.login import record_login
from reference_impl.edge.session_token import SessionClaims
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.receiving.batches import receive_together
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.receive import Receiver

from .everything import settings
from .history import Message, World
from .rows import check_forgotten, check_truth, empty, rows


class Trouble:
    """Makes a statement or a COMMIT of an engine fail, as a lost connection does: the receiver answers 503."""

    def __init__(self, engine: Engine) -> None:
        self._left: int | None = None
        self._lock = threading.Lock()
        event.listen(engine, "before_cursor_execute", self._strike)
        event.listen(engine, "commit", self._strike)

    def after(self, statements: int | None) -> None:
        """Fail once, at the statement of that rank from now; never if None."""
        with self._lock:
            self._left = statements

    def _strike(self, *_: Any) -> None:
        with self._lock:
            if self._left is None:
                return
            self._left -= 1
            if self._left >= 0:
                return
            self._left = None
        raise OperationalError("a statement", None, RuntimeError("the connection is lost"))


def post(receiver: Receiver, message: Message) -> bool:
    """Hand a message over as the two routes do; tell whether it would be answered 2xx (or, for a login, 403)."""
    try:
        if isinstance(message, SessionClaims):
            record_login(receiver, message)
        else:
            receipt = receiver.receive(message)
            assert receipt.outcome is not Outcome.DEAD, receipt
    except (DBAPIError, PoolTimeoutError):
        return False
    return True


def post_group(receiver: Receiver, group: Sequence[VerifiedDelivery]) -> list[VerifiedDelivery]:
    """Hand a group over as the queue of a process does; return what would not be answered 2xx."""
    results = receive_together(receiver, group) if group else []
    for result in results:
        assert isinstance(result, DBAPIError | PoolTimeoutError) or result.outcome is not Outcome.DEAD, result
    pairs = zip(group, results, strict=True)
    return [delivery for delivery, result in pairs if isinstance(result, Exception)]


@dataclass
class Arena:
    """`receivers` share a database; `in_order` has its own, of the same kind."""

    receivers: Sequence[Receiver]
    in_order: Receiver
    troubles: Sequence[Trouble]
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8))

    def clear(self) -> None:
        """Empty both databases."""
        for trouble in self.troubles:
            trouble.after(None)
        empty(self.receivers[0].engine)
        empty(self.in_order.engine)

    def post_together(self, batch: Sequence[Message]) -> list[Message]:
        """Post the batch at once, to the receivers in turn; return what was not answered 2xx."""
        start = threading.Barrier(len(batch), timeout=10)

        def one(rank: int, message: Message) -> bool:
            start.wait()
            return post(self.receivers[rank % len(self.receivers)], message)

        answers = list(self.pool.map(one, range(len(batch)), batch))
        return [message for message, answered in zip(batch, answers, strict=True) if not answered]

    def post_in_groups(self, batch: Sequence[Message]) -> list[Message]:
        """The same, in one group for each receiver, as what waits together in a process is received together."""
        logins = [message for message in batch if isinstance(message, SessionClaims)]
        deliveries = [message for message in batch if not isinstance(message, SessionClaims)]
        groups = [deliveries[0::2], deliveries[1::2]]
        posted = [self.pool.submit(post_group, *pair) for pair in zip(self.receivers, groups, strict=True)]
        failed = self.post_together(logins) if logins else []
        return [*failed, *(delivery for future in posted for delivery in future.result())]

    def check(self, world: World) -> None:
        """The same rows as the ordered history, which are what Clerk says; nothing left of the dead."""
        for message in world.told:
            assert post(self.in_order, message)
        expected, found = rows(self.in_order.engine), rows(self.receivers[0].engine)
        check_truth(expected, world)
        for table in expected:
            assert found[table] == expected[table], table
        check_forgotten(self.receivers[0].engine, world)


def build_receiver(url: str) -> Receiver:
    """A receiver with its own pool of connections."""
    return receiver_of(settings(url))


@contextmanager
def arena(url: str, url_in_order: str) -> Iterator[Arena]:
    """Open an arena on two databases that have their tables; close its connections at the end."""
    receivers = [build_receiver(url), build_receiver(url)]
    in_order = build_receiver(url_in_order)
    built = Arena(receivers, in_order, [Trouble(receiver.engine) for receiver in receivers])
    try:
        with built.pool:
            yield built
    finally:
        for receiver in (*receivers, in_order):
            receiver.engine.dispose()
