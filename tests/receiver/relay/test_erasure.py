"""The erasure of a person: the applications that knew something are told, and nothing of the person stays here."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from svix.webhooks import Webhook

from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.senders import Effect, Lane, Sent
from reference_impl.privacy.erasure import erase_now
from tests.receiver.privacy.people import A, B, Person, history
from tests.receiver.privacy.scan import read_all, scan

from .application import Answer, Application
from .conftest import House, Time, secret_of, subscriber

MEMBERSHIP = f"orgmem_of_{A.tag}"
TRACES = [*A.markers().values(), MEMBERSHIP]


def lives(person: Person, other: Person) -> Iterator[dict[str, Any]]:
    """All that happens to a person, in a membership that one recognises."""
    for told in history(person, other):
        if told["type"].startswith("organizationMembership."):
            told["data"]["id"] = f"orgmem_of_{person.tag}"
        yield told


@pytest.mark.parametrize("sent_before", [False, True], ids=["messages still due", "messages sent"])
def test_after_an_erasure_and_its_notices_nothing_of_the_person_is_left_in_any_table(
    engine: Engine, time: Time, applications: Callable[[], Application], sent_before: bool
) -> None:
    crm, access = applications(), applications()
    house = House(
        engine,
        time,
        (subscriber("crm", crm.url), subscriber("access", access.url, types=("organizationMembership.*",))),
    )
    for told in (*lives(A, B), *lives(B, A)):
        house.tell(told)
    assert ("memberships", "membership_id", MEMBERSHIP) in scan(engine, TRACES)
    if sent_before:
        house.dispatch("crm")
        house.dispatch("access")
        assert {row["recipient"] for row in read_all(engine)["disclosures"]} == {"app:crm", "app:access"}

    house.tell(A.event("user.deleted"))
    house.dispatch("crm")
    house.dispatch("access")

    assert not scan(engine, TRACES)
    assert all(row.done_at and row.payload is None for row in house.outbox().values())
    for application in (crm, access):
        notices = [sent for sent in application.sent if sent.message["type"] == "user.deleted"]
        assert [sent.data for sent in notices] == [{"id": A.clerk_id, "deleted": True}] * sent_before
    if not sent_before:
        assert not [sent for sent in (*crm.sent, *access.sent) if A.clerk_id.encode() in sent.body]


def test_the_notice_is_signed_and_keeps_its_identifier_from_one_attempt_to_the_next(
    house: House, crm: Application, time: Time
) -> None:
    house.tell(A.event("user.created"))
    house.dispatch()
    house.tell(A.event("user.deleted"))
    crm.sent.clear()
    answers = [Answer(500), Answer(204)]
    crm.answer = lambda _sent: answers.pop(0)
    house.dispatch()
    time.now += 60_000
    house.dispatch()

    first, second = crm.sent
    assert first.id == second.id
    assert A.clerk_id not in first.id
    for sent in crm.sent:
        Webhook(secret_of("crm")).verify(sent.body, sent.headers)


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_notice_is_told_again_until_it_is_accepted_whatever_else_the_address_answers(
    house: House, crm: Application, time: Time, status: int
) -> None:
    house.tell(A.event("user.created"))
    house.dispatch()
    house.tell(A.event("user.deleted"))
    crm.answer = lambda _sent: Answer(
        status
    )  # the route is away: it says nothing of what the application keeps
    assert house.dispatch() == 1

    crm.answer = lambda _sent: Answer()
    time.now += 60_000
    assert house.dispatch() == 1
    assert house.dispatch() == 0

    assert not scan(house.engine, TRACES)


def test_an_erasure_on_request_is_told_once_even_if_clerk_tells_it_again(
    house: House, crm: Application
) -> None:
    house.tell(A.event("user.created"))
    house.dispatch()
    erase_now(house.receiver, A.clerk_id, cause="request")
    house.dispatch()
    house.tell(A.event("user.deleted"))
    house.dispatch()

    assert crm.types() == ["user.created", "user.deleted"]


def test_the_notice_leaves_whatever_types_the_application_wants(
    engine: Engine, time: Time, crm: Application
) -> None:
    house = House(engine, time, (subscriber("crm", crm.url, types=("user.created",)),))
    house.tell(A.event("user.created"))
    house.dispatch()
    house.tell(A.event("user.deleted"))
    house.dispatch()

    assert crm.types() == ["user.created", "user.deleted"]


def test_what_arrives_after_the_erasure_is_not_relayed(house: House, crm: Application) -> None:
    house.tell(A.event("user.deleted"))
    for told in history(A, B):
        house.tell(told)
    house.dispatch()

    assert {sent.message["type"].partition(".")[0] for sent in crm.sent} == {"organization"}
    assert not [sent for sent in crm.sent if A.clerk_id.encode() in sent.body]


@pytest.mark.parametrize("failure", ["an answer too late", "a process killed"])
def test_what_left_without_a_success_counts_as_told(
    house: House, crm: Application, time: Time, failure: str
) -> None:
    house.tell(A.event("user.created"))
    sender = house.lanes["app:crm"].sender

    class Killed:
        """What sends, then is gone before it could note it."""

        def send(self, effect: Effect) -> Sent:
            sender.send(effect)
            raise KeyboardInterrupt

    if failure == "a process killed":
        lane = Lane("app:crm", Killed())
        with pytest.raises(KeyboardInterrupt):
            Dispatcher(house.engine, house.subjects, lane, time).run_once()
    else:
        crm.answer = lambda _sent: Answer(504)
        house.dispatch()
        crm.answer = lambda _sent: Answer()
    house.tell(A.event("user.deleted"))
    time.now += 60_000
    house.dispatch()

    assert crm.types() == ["user.created", "user.deleted"]
    assert not scan(house.engine, TRACES)
