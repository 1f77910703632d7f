"""A receiver that watches sessions, and the sessions."""

import json
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select

from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.alerts import watch
from reference_impl.tables.alerts import ALERTS, SIGNALS
from tests.receiver.catalogue.fixtures import PERSON, event
from tests.receiver.effects.conftest import Time

HOUR = 3_600_000
DAY = 86_400_000
MONDAY = 1_764_547_200_000
"""The first of December 2025 at midnight, UTC, in ms."""

_EVENT = event("session.created")


def session(
    number: int,
    kind: str = "created",
    *,
    at: int = MONDAY,
    seen: int | None = None,
    country: str | None = None,
    actor: Any = None,
    person: str = PERSON,
) -> dict[str, Any]:
    """Tell of a session created at the instant `at`, last active at `seen`, when the event happened too."""
    told = json.loads(json.dumps(_EVENT))
    told |= {"type": f"session.{kind}", "timestamp": at if seen is None else seen}
    told["data"] |= {
        "id": f"sess_{number}",
        "user_id": person,
        "created_at": at,
        "last_active_at": at if seen is None else seen,
        "latest_activity": told["data"]["latest_activity"] | {"country": country},
        "actor": actor,
    }
    return told


def watching(engine: Engine, time: Time, *, to_slack: bool = True) -> Receiver:
    """A receiver that watches sessions."""
    reactions = Reactions(events=(watch(to_slack=to_slack, within_ms=36_500 * 86_400_000),))
    return Receiver(engine, Subjects("an-erasure-key-of-the-tests"), clock=time, reactions=reactions)


def delivery(told: dict[str, Any], svix_id: str) -> VerifiedDelivery:
    return VerifiedDelivery(svix_id, json.dumps(told).encode(), 0)


def alerts(engine: Engine) -> list[Row[Any]]:
    """Every alert, by rule and then by window."""
    with engine.connect() as connection:
        return list(connection.execute(select(ALERTS).order_by(ALERTS.c.rule, ALERTS.c.at)))


def signals(engine: Engine) -> list[Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(select(SIGNALS)))


class House:
    """The receiver, and the hands to move it."""

    def __init__(self, engine: Engine, time: Time) -> None:
        self.engine, self.time = engine, time
        self.receiver = watching(engine, time)
        self._numbers = count()

    def tell(self, *events: dict[str, Any]) -> list[Outcome]:
        """Deliver events, each under a new id."""
        deliveries = [delivery(told, f"msg_{next(self._numbers)}") for told in events]
        return [self.receiver.receive(one).outcome for one in deliveries]

    def raised(self) -> list[tuple[str, int | None]]:
        """The rule and the window of every alert."""
        return [(alert.rule, alert.at) for alert in alerts(self.engine)]


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def house(engine: Engine, time: Time) -> House:
    return House(engine, time)
