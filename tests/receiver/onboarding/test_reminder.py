"""The reminder: three days later, once, to who has not finished."""

import itertools
from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.catalogue.users import record_snapshot, user_row
from reference_impl.edge.login import record_login
from reference_impl.edge.session_token import SessionClaims
from reference_impl.effects.messages import Application
from reference_impl.effects.senders import Effect
from reference_impl.scenarios.onboarding import compose_reminder
from tests.receiver.catalogue.fixtures import PERSON, emptied, event
from tests.receiver.effects.conftest import NOW, outbox
from tests.receiver.privacy.people import A
from tests.receiver.privacy.scan import says, scan

from .conftest import House

DAY = 86_400_000
LATER = NOW + 3 * DAY
MEMBER = "organizationMembership.created"


def test_the_reminder_leaves_after_three_days_and_not_before(house: House) -> None:
    house.tell(event("user.created"))
    house.time.now = LATER - 1
    assert house.dispatch() == []
    house.time.now = LATER
    (message,) = house.dispatch()

    assert "Créez une organisation" in message.text
    assert "Créez votre compte" not in message.text
    assert "https://cours.example.test" in message.text
    assert "Le cours" in message.subject


def test_the_reminder_leaves_once(house: House) -> None:
    house.tell(event("user.created"), event("user.created"), event("user.updated"))
    record_login(house.receiver, SessionClaims(PERSON, 1_800_000_000, "a@b.test", "A", "B", complete=True))
    house.time.now = LATER
    assert len(house.dispatch()) == 1
    house.time.now = LATER + 30 * DAY
    house.tell(event("user.created"))
    house.tell(event("organizationMembership.deleted"))
    assert house.dispatch() == []
    assert len(outbox(house.engine)) == 1


def test_who_has_finished_gets_no_reminder_whatever_the_order_of_the_events(
    house: House, engine: Engine
) -> None:
    for order in itertools.permutations(["user.created", "user.updated", MEMBER]):
        emptied(engine)
        house.time.now = NOW
        house.tell(*(event(name) for name in order))
        house.time.now = LATER
        assert house.dispatch() == []
        (row,) = outbox(engine).values()
        assert row.done_at == LATER


def test_the_reminder_says_what_is_left_at_the_moment_it_leaves(house: House) -> None:
    nameless = event("user.created")
    nameless["data"] |= {"first_name": None, "last_name": None}
    house.tell(nameless)
    house.time.now += DAY
    house.tell(event(MEMBER))
    house.time.now = LATER
    (message,) = house.dispatch()

    assert [line for line in message.text.splitlines() if line.startswith("- ")] == [
        "- Indiquez votre prénom et votre nom"
    ]


def test_a_login_that_comes_first_owes_the_reminder_too(house: House) -> None:
    record_login(house.receiver, SessionClaims(PERSON, 1, None, None, None, complete=False))
    house.tell(event("user.created"))
    house.time.now = LATER

    assert len(house.dispatch()) == 1


def test_an_old_account_that_a_reconciliation_finds_is_not_reminded(house: House) -> None:
    data = event("user.created")["data"]
    with house.engine.begin() as connection:
        row = user_row(data, data["id"], data["updated_at"])
        assert record_snapshot(house.receiver.transaction(connection), row, recent=False).created

    assert outbox(house.engine) == {}


def test_an_erased_person_gets_nothing_and_leaves_nothing(house: House) -> None:
    house.tell(A.event("user.created"))
    house.tell(A.event("user.deleted"))
    house.tell(A.event("user.created"), A.event("user.updated"))
    house.time.now = LATER

    assert house.dispatch() == []
    assert outbox(house.engine) == {}
    assert not scan(house.engine, A.markers().values())


@pytest.mark.parametrize("field", ["banned", "deprovisioned"])
def test_who_has_lost_their_access_is_not_reminded(house: House, field: str) -> None:
    told = event("user.updated")
    told["data"][field] = True
    house.tell(event("user.created"), told)
    house.time.now = LATER

    assert house.dispatch() == []


def test_the_queue_and_the_message_hold_nothing_that_the_person_wrote(house: House) -> None:
    house.tell(A.event("user.created"), A.profile())
    (row,) = outbox(house.engine).values()
    assert not says([row.payload], A.markers().values())
    house.time.now = LATER
    (message,) = house.dispatch()

    assert not says([message.subject, message.text], A.markers().values())


@pytest.mark.parametrize(("url", "last"), [(None, "- "), ("https://a.test", "https://a.test")])
def test_an_application_without_an_address_gives_none(house: House, url: Any, last: str) -> None:
    recipient = {"clerk_id": "user_x", "banned": False, "deprovisioned": False}
    effect = Effect("k", "onboarding_reminder", {}, recipient)
    with house.engine.connect() as connection:
        message = compose_reminder(connection, effect, Application("Le cours", url))

    assert message is not None
    assert message.text.splitlines()[-1].startswith(last)
