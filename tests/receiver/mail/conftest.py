"""A receiver that owes messages, the two providers, and the hands to move them."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, Row

from reference_impl.edge.session_token import SessionClaims
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.effects.dispatch import LEASE_MS, Dispatcher
from reference_impl.effects.mail import Mailer, MailSender
from reference_impl.effects.messages import Application
from reference_impl.effects.senders import Lane
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.messages import COMPOSERS
from reference_impl.scenarios.welcome import welcome, welcome_administrator
from tests.receiver.effects.conftest import Time, outbox
from tests.receiver.privacy.people import Person

from .fake_resend import FakeResend
from .fake_resend import serving as serving_resend
from .smtp_service import Post, serving

APPLICATION = Application("L'Atelier", "https://atelier.example.com")
SENDER = "L'Atelier <bonjour@example.com>"


class World:
    """A receiver, its mail lane, and time. `condemned` are the addresses where one must not write."""

    def __init__(self, engine: Engine, time: Time) -> None:
        reactions = Reactions(people=(welcome,), roles=(welcome_administrator,))
        self.receiver = Receiver(
            engine, Subjects("an-erasure-key-of-the-tests"), clock=time, reactions=reactions
        )
        self.engine, self.time = engine, time
        self.condemned: set[str] = set()
        self._numbers = count(1)

    def deliver(self, event: dict[str, Any], svix_id: str | None = None) -> Outcome:
        """Receive an event, as verified."""
        body = json.dumps(event, ensure_ascii=False).encode()
        delivery = VerifiedDelivery(svix_id or f"msg_{next(self._numbers)}", body, 0)
        return self.receiver.receive(delivery).outcome

    def dispatch(self, mailer: Mailer) -> int:
        """Carry out what is due, once; give how many effects were attempted."""
        sender = MailSender(self.engine, mailer, APPLICATION, COMPOSERS, self.condemned.__contains__)
        lane = Lane("email", sender)
        return Dispatcher(self.engine, self.receiver.subjects, lane, self.time, jitter=lambda: 0.5).run_once()

    def later(self) -> None:
        """Let the time pass until what was postponed is due and the provider is rested."""
        waiting = [row.next_attempt_at for row in self.owed().values() if row.done_at is None]
        self.time.now = max([*waiting, self.time.now]) + LEASE_MS

    def owed(self) -> dict[str, Row[Any]]:
        """Every effect, by its key."""
        return outbox(self.engine)

    def left(self) -> dict[str, int]:
        """The attempts of the effects that are not done."""
        return {key: row.attempts for key, row in self.owed().items() if row.done_at is None}


def joined(person: Person, world: "World", role: str = "org:admin", version: int = 0) -> dict[str, Any]:
    """A membership that is new at this instant, or, with a version, its update."""
    event = person.event("organizationMembership.updated" if version else "organizationMembership.created")
    event["data"] |= {"role": role, "created_at": world.time.now, "updated_at": world.time.now + version}
    return event


def told(person: Person, version: int = 0, **data: Any) -> dict[str, Any]:
    """The creation of a person, or, with a version, an update."""
    event = person.event("user.updated" if version else "user.created")
    address = {"id": "idn_1", "email_address": person.email, "verification": {"status": "verified"}}
    event["data"] |= {"email_addresses": [address], "primary_email_address_id": "idn_1"}
    event["data"]["updated_at"] += version
    event["data"] |= data
    return event


def addressed(email: str) -> dict[str, Any]:
    """The fields of a person with this address."""
    return {"email_addresses": [{"id": "idn_1", "email_address": email}]}


def claims(person: Person, email: str | None) -> SessionClaims:
    """What the session token of a person says, years before what the webhooks say."""
    return SessionClaims(person.clerk_id, 1_000_000_000, email, "Zoé", None, complete=True)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def world(engine: Engine, time: Time) -> World:
    return World(engine, time)


@pytest.fixture
def post() -> Iterator[Post]:
    with serving(Post()) as post:
        yield post


@pytest.fixture
def resend() -> Iterator[FakeResend]:
    with serving_resend(FakeResend()) as service:
        yield service
