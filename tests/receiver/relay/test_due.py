"""What is owed to an application: one message for each change that was applied, by any path, and nothing of the person."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from reference_impl.catalogue.users import record_snapshot, user_row
from reference_impl.edge.login import record_login
from reference_impl.edge.session_token import SessionClaims
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.reactions import News
from reference_impl.store.engine import open_engine
from reference_impl.store.pipeline import perform_all
from tests.receiver.catalogue.fixtures import PERSON, event
from tests.receiver.privacy.people import A, B, history
from tests.receiver.privacy.scan import says

from .application import Application
from .conftest import House, Time, subscriber

AWAY = "http://127.0.0.1:9/"

CHANGES = [
    "user.created",
    "user.updated",
    *(f"organization.{verb}" for verb in ("created", "updated", "deleted")),
    *(f"organizationMembership.{verb}" for verb in ("created", "updated", "deleted")),
]


def owed(house: House) -> list[str]:
    return sorted(row.kind for row in house.outbox().values())


def log_in(house: House, issued_at: int, person: str = PERSON) -> None:
    house.time.now += 1
    record_login(house.receiver, SessionClaims(person, issued_at, "a@example.com", "A", "B", complete=True))


def reconcile(house: House, told: dict[str, Any]) -> None:
    house.time.now += 1
    with house.engine.begin() as connection:
        row = user_row(told["data"], told["data"]["id"], told["data"]["updated_at"])
        record_snapshot(house.receiver.transaction(connection), row, recent=False)


def announce(house: House, news: News) -> None:
    with house.engine.begin() as connection:
        transaction = house.receiver.transaction(connection)
        perform_all(connection, transaction.reactions.announced(transaction, news))


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_owed_once_however_often_it_is_delivered(house: House, kind: str) -> None:
    assert house.tell(event(kind), "one") is Outcome.PROCESSED
    assert house.tell(event(kind), "one") is Outcome.DUPLICATE
    house.tell(event(kind), "another")

    (row,) = house.outbox().values()
    assert (row.kind == kind, row.destination) == (kind != "user.updated", "app:crm")


def test_a_person_is_created_once_and_updated_each_time_an_event_is_applied(house: House) -> None:
    house.tell(event("user.updated"))
    house.tell(event("user.created"))  # too late: it changes nothing
    later = event("user.updated")
    later["data"]["updated_at"] += 1
    house.tell(later)

    assert owed(house) == ["user.created", "user.updated"]


def test_what_is_older_than_what_is_known_is_not_owed(house: House) -> None:
    for resource in ("organization", "organizationMembership"):
        house.tell(event(f"{resource}.updated"))
        assert house.tell(event(f"{resource}.created")) is Outcome.STALE
        house.tell(event(f"{resource}.deleted"))
        assert house.tell(event(f"{resource}.updated"), f"{resource} again") is Outcome.STALE

    assert owed(house) == sorted(
        f"{resource}.{verb}"
        for resource in ("organization", "organizationMembership")
        for verb in ("updated", "deleted")
    )


def test_a_deletion_that_an_older_one_dates_again_is_owed_once(house: House) -> None:
    told = event("organization.deleted")
    house.tell(told)
    told["timestamp"] -= 1
    assert house.tell(told, "another") is Outcome.PROCESSED

    assert owed(house) == ["organization.deleted"]


def test_a_login_and_a_reconciliation_are_owed_as_a_webhook_is(house: House) -> None:
    log_in(house, 1_764_583_100)
    log_in(house, 1_764_583_100)
    reconcile(house, event("user.created"))
    reconcile(house, event("user.created"))
    reconcile(house, event("user.updated"))

    assert owed(house) == ["user.created", "user.updated", "user.updated"]


def test_an_old_account_that_a_reconciliation_finds_is_new_to_the_applications(house: House) -> None:
    reconcile(house, event("user.created"))

    assert owed(house) == ["user.created"]


def test_news_are_owed_once_as_they_are(house: House, time: Time) -> None:
    for _ in range(2):
        announce(house, News("payment.succeeded", "payment.succeeded/pi_1", {"amount": 4200}))

    (row,) = house.outbox().values()
    assert (row.kind, row.payload) == ("payment.succeeded", {"data": {"amount": 4200}, "at": time.now})


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (("*",), sorted({*CHANGES, "parcel.delivered"})),
        (("user.*",), ["user.created", "user.updated"]),
        (("organization.*",), ["organization.created", "organization.deleted", "organization.updated"]),
        (("user.created", "parcel.*"), ["parcel.delivered", "user.created"]),
    ],
)
def test_an_application_is_owed_what_it_asked_for(
    engine: Engine, time: Time, types: tuple[str, ...], expected: list[str]
) -> None:
    house = House(engine, time, (subscriber("crm", AWAY, types=types), subscriber("all", AWAY)))
    for kind in CHANGES:
        house.tell(event(kind))
    announce(house, News("parcel.delivered", "parcel.delivered/p1", {"tracking": "T"}))

    rows = list(house.outbox().values())
    assert sorted(row.kind for row in rows if row.destination == "app:crm") == expected
    assert sum(row.destination == "app:all" for row in rows) == len(CHANGES) + 1


def test_nothing_of_the_person_waits_in_the_queue_but_what_is_theirs_to_erase(house: House) -> None:
    for told in history(A, B):
        house.tell(told)

    rows = house.outbox()
    assert {row.kind.partition(".")[0] for row in rows.values()} == {
        "user",
        "organization",
        "organizationMembership",
    }
    for key, row in rows.items():
        assert not says([key, row.payload], A.markers().values())
        assert row.clerk_id == (A.clerk_id if row.kind.startswith("user.") else None)


DEFORMED: list[dict[str, Any]] = [
    {},
    {"public_user_data": None, "organization": None},
    {"public_user_data": 5, "organization": [], "role": {}, "name": 7},
    {"public_user_data": {"user_id": "u" * 5_000}, "organization": {"id": "o" * 5_000}},
    {"public_user_data": {"user_id": "u\0"}, "organization": {"id": "\ud800"}, "name": "n\0", "role": "r\0"},
    {"updated_at": 10**30},
    {"updated_at": -1, "created_at": "yesterday"},
    {"updated_at": None},
]


@pytest.mark.parametrize("deformed", DEFORMED, ids=range(len(DEFORMED)))
@pytest.mark.parametrize("kind", CHANGES)
def test_a_deformed_event_has_the_outcome_it_would_have_and_its_message_leaves(
    house: House, crm: Application, tmp_path: Path, kind: str, deformed: dict[str, Any]
) -> None:
    plain = House(reference := open_engine(f"sqlite:///{tmp_path}/plain.db"), house.time, ())
    SQLModel.metadata.create_all(reference)
    told = event(kind)
    told["data"] |= deformed

    outcome = house.tell(told)
    house.dispatch()

    assert outcome is plain.tell(told)
    assert len(crm.sent) == len(house.outbox()) == (outcome is Outcome.PROCESSED)
    assert all(row.done_at for row in house.outbox().values())
    reference.dispose()
