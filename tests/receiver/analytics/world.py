"""Small worlds: people, and what Clerk says of them. The current week is 2026-W47, from Monday the 16th of November."""

import copy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from reference_impl.clock import Clock
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.privacy.erasure import erase
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.analytics.answers import answer
from reference_impl.scenarios.analytics.departed import fold
from reference_impl.scenarios.analytics.rows import ACTIVITY, DEPARTED
from reference_impl.store.locks import lock_people
from reference_impl.store.users import USERS
from tests.receiver.catalogue.fixtures import event

Told = dict[str, Any]


def at(when: str) -> int:
    """An instant in UTC, in milliseconds."""
    return int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp() * 1000)


NOW = at("2026-11-18T15:00:00")
THIS_WEEK = at("2026-11-16")
DAY_MS = 86_400_000


def week(ago: int, *, days: float = 0) -> int:
    """An instant so many weeks before the current Monday, and so many days after that Monday."""
    return THIS_WEEK - ago * 7 * DAY_MS + int(days * DAY_MS)


def user(person: str, born: int | None, *, signed_in: int | None = None, version: int | None = None) -> Told:
    """A `user.updated`, whose version is by default its last sign-in."""
    told = event("user.updated")
    updated = version if version is not None else signed_in or born
    told["data"] |= {
        "id": person,
        "created_at": born,
        "last_sign_in_at": signed_in,
        "updated_at": updated,
    }
    return {**told, "timestamp": updated}


def session(
    person: str | None,
    opened: Any,
    *,
    last: Any = None,
    kind: str = "created",
    told_at: int | None = None,
    name: str = "sess",
    **others: Any,
) -> Told:
    """An event of a session: when it was opened, and when it was last active."""
    told = event(f"session.{kind}")
    told["data"] |= {"id": f"{name}_{person}", "user_id": person, "created_at": opened}
    told["data"] |= {"last_active_at": opened if last is None else last, **others}
    del told["data"]["user"]
    return {**told, "timestamp": told_at or NOW}


def deletion(person: str) -> Told:
    told = copy.deepcopy(event("user.deleted"))
    told["data"] |= {"id": person}
    return {**told, "timestamp": NOW}


@dataclass
class World:
    """A receiver with the reactions of the feature, and the rows it leaves."""

    receiver: Receiver
    _numbers: Any = field(default_factory=lambda: count(1))

    @property
    def engine(self) -> Engine:
        return self.receiver.engine

    def tell(self, *events: Told) -> list[Outcome]:
        """Deliver events, each under an id of its own."""
        return [self.deliver(one, f"msg_{next(self._numbers)}") for one in events]

    def deliver(self, told: Told, svix_id: str) -> Outcome:
        return self.receiver.receive(VerifiedDelivery(svix_id, json.dumps(told).encode(), 0)).outcome

    def leave(self, person: str) -> None:
        """Erase, as an erasure does: the counts first, then the rows."""
        with self.engine.begin() as connection:
            lock_people(connection, [person])
            erased(Transaction(connection, self.receiver.subjects, NOW), person)

    def active(self) -> set[tuple[str, int]]:
        """Give the rows: who was active in which week."""
        with self.engine.connect() as connection:
            return {(row.clerk_id, row.week) for row in connection.execute(select(ACTIVITY))}

    def weeks(self, person: str) -> list[int]:
        return sorted(monday for who, monday in self.active() if who == person)

    def departed(self) -> dict[tuple[int, int], int]:
        with self.engine.connect() as connection:
            return {(row.cohort, row.week): row.people for row in connection.execute(select(DEPARTED))}

    def answer(self, weeks: int = 4, now: int = NOW) -> dict[str, Any]:
        return answer(self.engine, now, weeks).model_dump(mode="json")


def erased(transaction: Transaction, person: str) -> None:
    """Fold the person, remove their row, erase the rest: whether or not the erasure folds by itself."""
    connection: Connection = transaction.connection
    fold(connection, person)
    connection.execute(delete(USERS).where(USERS.c.clerk_id == person))
    erase(transaction, person, erased_at=NOW, cause="request")


def column(answer: dict[str, Any], name: str) -> list[Any]:
    """One field of each week."""
    return [row[name] for row in answer["weeks"]]


def details(answer: dict[str, Any]) -> list[tuple[int, list[int] | None]]:
    """Size and detail of each cohort."""
    return [(row["size"], row["active"]) for row in answer["retention"]]


def fixed(now: int) -> Clock:
    return lambda: now
