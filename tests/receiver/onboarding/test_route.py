"""What a person who is logged in reads of their own progress."""

import itertools
import json
from typing import Any

import pytest
from sqlalchemy import Engine, text

from reference_impl.edge.login import record_login
from reference_impl.edge.session_token import SessionClaims
from reference_impl.receiving.outcomes import Outcome
from tests.receiver.catalogue.fixtures import PERSON, emptied, event
from tests.receiver.edge.keys import bearer, claims, token
from tests.receiver.edge.served import Client

from .conftest import House

STEPS = ["account", "email", "profile", "organization"]


def read(client: Client, person: str = PERSON) -> dict[str, Any]:
    answer = client.request("GET", "/api/onboarding", headers=bearer(token(claims(person))))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def done(client: Client, person: str = PERSON) -> list[str]:
    return [step["id"] for step in read(client, person)["steps"] if step["done"]]


def profile(version: int, **data: Any) -> dict[str, Any]:
    told = event("user.updated")
    told["data"] |= {"updated_at": told["data"]["updated_at"] + version, **data}
    return told


def address(status: str | None) -> dict[str, Any]:
    verification = None if status is None else {"status": status}
    return {"id": "idn", "email_address": "a@example.com", "verification": verification}


def test_a_person_whose_webhook_is_late_is_at_the_first_step(client: Client) -> None:
    found = read(client, "user_unheard_of")

    assert [step["id"] for step in found["steps"]] == STEPS
    assert not any(step["done"] for step in found["steps"])
    assert (found["next"], found["complete"]) == ("account", False)
    assert all(step["title"] for step in found["steps"])


def test_each_event_takes_the_person_one_step_further(client: Client, house: House) -> None:
    seen = []
    for told in (
        profile(1, email_addresses=[address("unverified")], first_name=None, last_name=None),
        profile(2, email_addresses=[address("verified")], first_name="A", last_name=None),
        profile(3, email_addresses=[address("verified")], first_name="A", last_name="B"),
        event("organizationMembership.created"),
    ):
        assert house.tell(told) == [Outcome.PROCESSED]
        found = read(client)
        seen.append((found["next"], found["complete"]))

    assert seen == [("email", False), ("profile", False), ("organization", False), (None, True)]


def test_a_step_may_be_done_before_the_one_that_precedes_it(client: Client, house: House) -> None:
    house.tell(event("organizationMembership.created"))
    assert (done(client), read(client)["next"]) == (["organization"], "account")
    house.tell(profile(1, email_addresses=[], first_name="A", last_name="B"))
    assert (done(client), read(client)["next"]) == (["account", "profile", "organization"], "email")


@pytest.mark.parametrize("status", ["unverified", "failed", "expired", None])
def test_only_a_verified_address_counts(client: Client, house: House, status: str | None) -> None:
    house.tell(profile(1, email_addresses=[address(status)]))
    assert "email" not in done(client)
    house.tell(profile(2, email_addresses=[address(status), address("verified")]))
    assert "email" in done(client)


def test_a_login_alone_does_not_prove_the_address(client: Client, house: House) -> None:
    record_login(house.receiver, SessionClaims(PERSON, 1, "a@example.com", "A", "B", complete=True))

    assert done(client) == ["account", "profile"]


def test_who_leaves_or_whose_organization_is_deleted_is_no_longer_a_member(
    client: Client, house: House
) -> None:
    house.tell(event("user.created"), event("organizationMembership.created"))
    assert "organization" in done(client)
    house.tell(event("organizationMembership.deleted"))
    assert "organization" not in done(client)
    rejoined = event("organizationMembership.created")
    rejoined["data"]["id"] += "again"
    house.tell(rejoined)
    assert "organization" in done(client)
    house.tell(event("organization.deleted"))
    assert "organization" not in done(client)


def test_every_order_of_the_events_ends_at_the_same_step(
    client: Client, house: House, engine: Engine
) -> None:
    names = ["user.created", "user.updated", "organization.created", "organizationMembership.created"]
    for order in itertools.permutations(names):
        emptied(engine)
        house.tell(*(event(name) for name in order))
        assert read(client)["complete"], order


def test_nobody_sees_the_progress_of_another(client: Client, house: House) -> None:
    house.tell(event("user.created"))

    assert done(client, "user_other") == []
    assert "account" in done(client)


def test_an_erased_person_is_refused_and_nothing_is_said(client: Client, house: House) -> None:
    house.tell(event("user.created"), event("user.deleted"))
    answer = client.request("GET", "/api/onboarding", headers=bearer(token(claims(PERSON))))

    assert (answer.status_code, answer.json()) == (403, {"detail": "Forbidden"})


def test_a_bad_token_is_refused(client: Client) -> None:
    bad = [
        {},
        bearer("x"),
        bearer(token(key="second")),
        bearer(token(claims(azp="https://evil.example.test"))),
    ]
    bad += [bearer(token(claims(sub=sub))) for sub in ("", 5, None, "x" * 300)]
    for headers in bad:
        answer = client.request("GET", "/api/onboarding", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("sub", ["user_\x00", "user_é", "'; DROP TABLE users", "\ud800"])
def test_a_strange_person_is_a_stranger(client: Client, sub: str) -> None:
    assert read(client, sub)["next"] == "account"


def test_a_database_that_does_not_answer_is_a_503(client: Client, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP VIEW active_memberships"))
    answer = client.request("GET", "/api/onboarding", headers=bearer(token(claims(PERSON))))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("field", ["email_addresses", "first_name", "last_name"])
@pytest.mark.parametrize("value", [None, 0, True, "", "\x00", [], {}, [None], [{}], [{"verification": 5}]])
def test_strange_fields_are_read_without_an_error(
    client: Client, house: House, field: str, value: Any
) -> None:
    told = json.loads(json.dumps(profile(1)))
    told["data"][field] = value
    house.tell(told)

    assert read(client)["steps"][0]["done"]
