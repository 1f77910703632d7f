"""A receiver that relays to applications, and the applications."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select

from reference_impl.clock import now_ms
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.effects.dispatch import Dispatcher
from reference_impl.feature_settings import FeatureSettings, Subscriber
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.relay import relay_lanes, relay_reactions
from reference_impl.store.outbox import OUTBOX

from .application import Application, listening

FIELDS = ("email", "first_name", "last_name", "username", "image_url", "external_id", "locale", "banned")


class Time:
    """A clock that one sets, which starts at the true instant: the signatures are verified against it."""

    def __init__(self) -> None:
        self.now = now_ms()

    def __call__(self) -> int:
        return self.now


def secret_of(name: str) -> str:
    """The secret that signs for an application."""
    return "whsec_" + base64.b64encode(name.ljust(32, "-").encode()).decode()


def subscriber(name: str, url: str, **others: Any) -> Subscriber:
    """An application that may know every field, unless said otherwise."""
    return Subscriber(**{"name": name, "url": url, "secret": secret_of(name), "fields": FIELDS, **others})


class House:
    """A receiver that relays to these applications."""

    def __init__(self, engine: Engine, time: Time, subscribers: tuple[Subscriber, ...]) -> None:
        self.engine, self.time = engine, time
        self.subjects = Subjects("an-erasure-key-of-the-tests")
        self.receiver = Receiver(engine, self.subjects, clock=time, reactions=relay_reactions(subscribers))
        settings = FeatureSettings(subscribers=subscribers)
        self.lanes = {lane.destination: lane for lane in relay_lanes(settings, self.receiver)}
        self._numbers = count()

    def tell(self, event: dict[str, Any], svix_id: str | None = None) -> Outcome:
        """Deliver an event of Clerk, a millisecond after the one before."""
        self.time.now += 1
        body = json.dumps(event).encode()
        delivery = VerifiedDelivery(svix_id or f"msg_{next(self._numbers)}", body, 0)
        return self.receiver.receive(delivery).outcome

    def dispatcher(self, name: str = "crm", engine: Engine | None = None) -> Dispatcher:
        """What sends to one application."""
        lane = self.lanes[f"app:{name}"]
        return Dispatcher(engine or self.engine, self.subjects, lane, self.time, jitter=lambda: 0.5)

    def dispatch(self, name: str = "crm") -> int:
        """Send what is due now to one application; say how many attempts that took."""
        dispatcher, attempts = self.dispatcher(name), 0
        while attempted := dispatcher.run_once():
            attempts += attempted
        return attempts

    def outbox(self) -> dict[str, Row[Any]]:
        """Every effect, by its key."""
        with self.engine.connect() as connection:
            return {row.key: row for row in connection.execute(select(OUTBOX))}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def applications() -> Iterator[Callable[[], Application]]:
    """A maker of applications."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(listening())


@pytest.fixture
def crm(applications: Callable[[], Application]) -> Application:
    return applications()


@pytest.fixture
def house(engine: Engine, time: Time, crm: Application) -> House:
    """A receiver with one application."""
    return House(engine, time, (subscriber("crm", crm.url),))
