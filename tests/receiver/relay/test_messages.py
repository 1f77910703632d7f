"""What a message says: the state at the moment it leaves, what the application may know of it, and nothing that is gone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.edge.login import record_login
from reference_impl.edge.session_token import SessionClaims
from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.senders import Effect, EffectFailedError, Lane
from reference_impl.errors import InvalidSettingError
from reference_impl.feature_settings import FeatureSettings, Subscriber
from reference_impl.receiving.reactions import News
from reference_impl.scenarios.relay import relay_lanes
from reference_impl.scenarios.relay.sending import RelaySender, iso
from reference_impl.store.pipeline import perform_all
from tests.receiver.catalogue.fixtures import ORGANIZATION, PERSON, event
from tests.receiver.privacy.scan import read_all

from .application import Application
from .conftest import House, Time, subscriber

MEMBERSHIP = "orgmem_3GkgR0FnQGmSCJkfHZdTqEZa9iI"


def disclosures(house: House) -> list[tuple[str, str, str]]:
    rows = read_all(house.engine)["disclosures"]
    return [(row["clerk_id"], row["recipient"], row["recipient_ref"]) for row in rows]


def a_change(house: House, field: str, value: Any, later_ms: int = 1_000) -> None:
    told = event("user.created")
    told["type"] = "user.updated"
    told["data"] |= {field: value, "updated_at": told["data"]["updated_at"] + later_ms}
    house.tell(told)


def test_a_person_is_told_with_the_fields_that_the_application_may_know(
    house: House, crm: Application
) -> None:
    house.tell(event("user.created"))
    told_at = house.time.now
    house.time.now += 5_000
    house.dispatch()

    (sent,) = crm.sent
    assert sent.message == {
        "type": "user.created",
        "timestamp": iso(told_at),
        "data": {
            "id": PERSON,
            "version": 1764583200018,
            "snapshot_version": 1764583200018,
            "email": "amelie.tremblay@example.com",
            "first_name": "Amélie",
            "last_name": "Tremblay",
            "username": None,
            "image_url": "https://img.clerk.com/eyJ0eXBlIjoiZGVmYXVsdCJ9",
            "external_id": None,
            "locale": "fr-FR",
            "banned": False,
        },
    }
    assert disclosures(house) == [(PERSON, "app:crm", PERSON)]


def test_an_application_that_may_know_nothing_gets_the_identifier_and_the_version(
    engine: Engine, time: Time, crm: Application
) -> None:
    house = House(engine, time, (subscriber("crm", crm.url, fields=()),))
    house.tell(event("user.created"))
    house.dispatch()

    assert set(crm.sent[0].data) == {"id", "version", "snapshot_version"}
    assert disclosures(house) == [(PERSON, "app:crm", PERSON)]  # an identifier is a personal datum too


def test_an_instant_is_told_to_the_millisecond_in_utc() -> None:
    assert iso(1_764_583_200_018) == "2025-12-01T10:00:00.018Z"


def test_the_state_is_the_one_of_the_moment_of_sending(house: House, crm: Application) -> None:
    house.tell(event("user.created"))
    a_change(house, "first_name", "Aurore")
    house.dispatch()

    assert sorted(crm.types()) == ["user.created", "user.updated"]
    assert [sent.data["first_name"] for sent in crm.sent] == ["Aurore", "Aurore"]


def test_each_write_of_a_person_makes_its_state_newer_whichever_path_it_took(
    house: House, crm: Application
) -> None:
    def log_in(issued_at: int) -> None:
        house.time.now += 1
        claims = SessionClaims(PERSON, issued_at, "a@example.com", "A", "B", complete=True)
        record_login(house.receiver, claims)
        house.dispatch()

    log_in(1_764_583_201)
    house.tell(event("user.created"))  # older than the login, and it says what the login did not know
    house.dispatch()
    a_change(house, "username", "amelie", later_ms=982)  # exactly as old as the login
    house.dispatch()
    log_in(1_764_583_300)

    ages = [(sent.data["version"], sent.data["snapshot_version"]) for sent in crm.sent]
    assert ages == [
        (1764583201000, 0),
        (1764583201000, 1764583200018),
        (1764583201000, 1764583201000),
        (1764583300000, 1764583201000),
    ]
    assert crm.sent[1].data["locale"] == "fr-FR"


def test_an_organisation_is_told_without_its_metadata(house: House, crm: Application) -> None:
    told = event("organization.updated")
    told["data"]["public_metadata"] = {"plan": "secret"}
    house.tell(told)
    house.dispatch()

    (sent,) = crm.sent
    assert sent.data == {
        "id": ORGANIZATION,
        "version": 1764583700000,
        "name": "Coopérative du Fleuve inc.",
        "slug": "cooperative-du-fleuve",
        "image_url": "https://img.clerk.com/eyJ0eXBlIjoiZGVmYXVsdCJ9",
    }
    assert not disclosures(house)


@pytest.mark.parametrize("known", [False, True], ids=["before the person", "after the person"])
def test_a_membership_is_told_whether_its_person_is_known_or_not(
    house: House, crm: Application, known: bool
) -> None:
    if known:
        house.tell(event("user.created"))
    house.tell(event("organizationMembership.created"))
    house.dispatch()

    (sent,) = (sent for sent in crm.sent if sent.message["type"] == "organizationMembership.created")
    assert sent.data == {
        "id": MEMBERSHIP,
        "version": 1764583210017,
        "organization_id": ORGANIZATION,
        "user_id": PERSON,
        "role": "org:admin",
    }
    assert disclosures(house) == [(PERSON, "app:crm", PERSON)]


@pytest.mark.parametrize("resource", ["organization", "organizationMembership"])
def test_what_was_deleted_before_its_message_left_is_told_as_deleted_only(
    house: House, crm: Application, resource: str
) -> None:
    house.tell(told := event(f"{resource}.created"))
    house.tell(event(f"{resource}.deleted"))
    house.dispatch()

    (sent,) = crm.sent
    assert sent.message["type"] == f"{resource}.deleted"
    assert sent.data == {"id": told["data"]["id"], "deleted": True}
    assert not disclosures(house)
    assert all(row.done_at and row.payload is None for row in house.outbox().values())


def test_news_leave_as_they_are(house: House, crm: Application) -> None:
    with house.engine.begin() as connection:
        transaction = house.receiver.transaction(connection)
        news = News("payment.succeeded", "payment.succeeded/pi_1", {"amount": 4200, "currency": "cad"})
        perform_all(connection, transaction.reactions.announced(transaction, news))
    house.dispatch()

    (sent,) = crm.sent
    assert (sent.message["type"], sent.data) == ("payment.succeeded", {"amount": 4200, "currency": "cad"})


def test_two_applications_get_each_what_is_theirs(
    engine: Engine, time: Time, applications: Callable[[], Application]
) -> None:
    mail, access = applications(), applications()
    house = House(
        engine,
        time,
        (
            subscriber("mail", mail.url, types=("user.*",), fields=("email",)),
            subscriber("access", access.url, types=("organizationMembership.*",), fields=("email",)),
        ),
    )
    house.tell(event("user.created"))
    house.tell(event("organizationMembership.created"))
    house.dispatch("mail")
    house.dispatch("access")

    assert mail.types() == ["user.created"]
    assert mail.sent[0].data["email"] == "amelie.tremblay@example.com"
    assert "first_name" not in mail.sent[0].data
    assert access.types() == ["organizationMembership.created"]
    assert b"example.com" not in access.sent[0].body


def test_a_type_that_is_no_longer_wanted_is_not_sent(
    house: House, engine: Engine, time: Time, crm: Application
) -> None:
    house.tell(event("user.created"))
    changed = House(engine, time, (subscriber("crm", crm.url, types=("organization.*",)),))

    assert changed.dispatch() == 1

    assert not crm.sent
    assert not disclosures(house)
    assert all(row.done_at for row in house.outbox().values())


def test_an_effect_of_an_unknown_kind_is_refused_and_sends_nothing(house: House, crm: Application) -> None:
    sender = house.lanes["app:crm"].sender

    with pytest.raises(EffectFailedError, match="unknown_kind") as failed:
        sender.send(Effect("k", "parcel", {"at": 1}, None))

    assert not failed.value.everyone
    assert not crm.sent


def test_there_is_a_lane_for_each_application_and_none_without_a_secret(house: House) -> None:
    two = (subscriber("a", "http://127.0.0.1:9/"), subscriber("b", "http://127.0.0.1:9/"))
    lanes = list(relay_lanes(FeatureSettings(subscribers=two), house.receiver))
    assert [lane.destination for lane in lanes] == ["app:a", "app:b"]

    mute = Subscriber(name="mute", url="http://127.0.0.1:9/")
    with pytest.raises(InvalidSettingError, match="mute"):
        list(relay_lanes(FeatureSettings(subscribers=(mute,)), house.receiver))


def test_the_person_who_is_erased_while_a_membership_leaves_is_told_to_the_application(
    house: House, crm: Application
) -> None:
    house.tell(event("user.created"))
    house.tell(event("organizationMembership.created"))
    house.dispatch()
    crm.sent.clear()
    later = event("organizationMembership.updated")
    house.tell(later)

    class Interrupted(RelaySender):
        def send(self, effect: Effect) -> Any:
            done = super().send(effect)
            house.tell(event("user.deleted"))
            return done

    interrupted = Interrupted(subscriber("crm", crm.url), house.receiver)
    Dispatcher(house.engine, house.subjects, Lane("app:crm", interrupted), house.time).run_once()
    house.dispatch()

    assert crm.types() == ["organizationMembership.updated", "user.deleted"]
    assert not disclosures(house)
