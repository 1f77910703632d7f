"""A receiver with both scenarios on, the two services, and the people who live in it."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select

from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.resting import DESTINATIONS
from reference_impl.effects.senders import Lane
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.mailchimp import keep_subscribed, mailchimp_lane
from reference_impl.scenarios.slack import announce_signup, slack_lane
from tests.receiver.edge.served import settings
from tests.receiver.effects.conftest import Time, outbox
from tests.receiver.privacy.people import Person

from .fake_mailchimp import KEY, LIST, FakeMailchimp
from .fake_slack import CHANNEL, TOKEN, FakeSlack
from .web import serving

VERSION = 1_764_583_200_018


class World:
    """Everything, and the hands to move it."""

    def __init__(self, receiver: Receiver, lanes: dict[str, Lane], time: Time) -> None:
        self.receiver, self.lanes, self.time = receiver, lanes, time
        self.engine = receiver.engine
        self._numbers = count(1)

    def deliver(self, event: dict[str, Any], svix_id: str | None = None) -> Outcome:
        """Receive an event, as verified."""
        body = json.dumps(event, ensure_ascii=False).encode()
        return self.receiver.receive(
            VerifiedDelivery(svix_id or f"msg_{next(self._numbers)}", body, 0)
        ).outcome

    def tell(
        self, person: Person, version: int, metadata: Any = None, email: str | None = "", **data: Any
    ) -> Outcome:
        """Receive what Clerk says of a person at this version; an `email` of `None` means that they have none."""
        return self.deliver(profile(person, version, metadata, email, **data))

    def erase(self, person: Person) -> None:
        """Receive the deletion of a person."""
        assert self.deliver(person.event("user.deleted")) is Outcome.PROCESSED

    def dispatcher(self, name: str) -> Dispatcher:
        """A process that carries out the effects of one lane."""
        return Dispatcher(
            self.engine, self.receiver.subjects, self.lanes[name], self.time, jitter=lambda: 0.5
        )

    def dispatch(self, name: str) -> int:
        """Carry out what is due in a lane, at its pace; give how many were attempted."""
        total = 0
        while attempted := self.dispatcher(name).run_once():
            total += attempted
            self.time.now += self.lanes[name].interval_ms
        return total

    def later(self) -> None:
        """Let the time pass until everything that was postponed is due, and everybody is rested."""
        with self.engine.connect() as connection:
            rested = connection.execute(select(DESTINATIONS.c.free_at)).scalars().all()
        due = [row.next_attempt_at for row in self.owed().values() if row.done_at is None]
        self.time.now = max([self.time.now, *rested, *due])

    def owed(self) -> dict[str, Row[Any]]:
        """Every effect, by its key."""
        return outbox(self.engine)

    def all_done(self, name: str) -> bool:
        """Whether nothing is left to do in a lane, nor was given up."""
        mine = [row for row in self.owed().values() if row.destination == name]
        return all(row.done_at and not row.failed_at for row in mine)


def profile(
    person: Person, version: int, metadata: Any = None, email: str | None = "", **data: Any
) -> dict[str, Any]:
    """A `user.updated` of this version."""
    event = person.event("user.updated")
    address = {"id": "idn_1", "email_address": email or person.email, "verification": {"status": "verified"}}
    event["data"] |= {
        "updated_at": VERSION + version,
        "email_addresses": [] if email is None else [address],
        "primary_email_address_id": "idn_1",
        "public_metadata": metadata if metadata is not None else {},
        **data,
    }
    return event


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def slack(time: Time) -> Iterator[FakeSlack]:
    fake = FakeSlack(time)
    with serving(fake):
        yield fake


@pytest.fixture
def mailchimp() -> Iterator[FakeMailchimp]:
    fake = FakeMailchimp()
    with serving(fake):
        yield fake


@pytest.fixture
def world(engine: Engine, database_url: str, time: Time, slack: FakeSlack, mailchimp: FakeMailchimp) -> World:
    subjects = Subjects("an-erasure-key-of-the-tests")
    reactions = Reactions(people=(announce_signup, keep_subscribed))
    receiver = Receiver(engine, subjects, clock=time, reactions=reactions)
    chosen = settings(
        database_url,
        slack_bot_token=TOKEN,
        slack_channel=CHANNEL,
        slack_api_url=slack.url,
        mailchimp_api_key=KEY,
        mailchimp_list_id=LIST,
        mailchimp_api_url=mailchimp.url,
    )
    lanes = {"slack": slack_lane(chosen, receiver), "mailchimp": mailchimp_lane(chosen, receiver)}
    return World(receiver, lanes, time)
