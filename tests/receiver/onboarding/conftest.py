"""A receiver that owes reminders, what sends them, and the page's route."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from reference_impl.edge.session_token import PemKey
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.messages import Application, Message
from reference_impl.effects.senders import Effect, Lane, Sent
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.onboarding import compose_reminder, onboarding_router, remind
from tests.receiver.edge.keys import PARTY, public_pem
from tests.receiver.edge.served import Client, client_of
from tests.receiver.effects.conftest import Time

APPLICATION = Application("Le cours", "https://cours.example.test")


@dataclass
class Post:
    """A sender that composes what it is asked to send, and keeps it."""

    engine: Engine
    messages: list[Message] = field(default_factory=list)

    def send(self, effect: Effect) -> Sent:
        assert effect.kind == "onboarding_reminder"
        with self.engine.connect() as connection:
            message = compose_reminder(connection, effect, APPLICATION)
        if message is not None:
            self.messages.append(message)
        return Sent()


class House:
    """The receiver, and the hands to move it."""

    def __init__(self, engine: Engine, time: Time) -> None:
        self.engine, self.time = engine, time
        self.subjects = Subjects("an-erasure-key-of-the-tests")
        self.receiver = Receiver(engine, self.subjects, clock=time, reactions=Reactions(people=(remind,)))
        self.post = Post(engine)
        self._numbers = count()

    def tell(self, *events: dict[str, Any]) -> list[Outcome]:
        """Deliver events, each under a new id."""
        bodies = [json.dumps(told).encode() for told in events]
        deliveries = [VerifiedDelivery(f"msg_{next(self._numbers)}", body, 0) for body in bodies]
        return [self.receiver.receive(delivery).outcome for delivery in deliveries]

    def dispatch(self) -> list[Message]:
        """Send what is due now; give what was sent by this call."""
        known = len(self.post.messages)
        lane = Lane("email", self.post)
        Dispatcher(self.engine, self.subjects, lane, self.time, jitter=lambda: 0.5).run_once()
        return self.post.messages[known:]


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def house(engine: Engine, time: Time) -> House:
    return House(engine, time)


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    """A client of the route; the tokens of the key « first » are good."""
    app = FastAPI()
    app.include_router(onboarding_router(house.receiver, PemKey(public_pem()), (PARTY,)))
    with client_of(app) as client:
        yield client
