"""What the administrator reads."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from reference_impl.scenarios.alerts import alerts_router
from reference_impl.scenarios.alerts.rules import RULES
from tests.receiver.edge.served import ADMIN_TOKEN, Client, client_of

from .conftest import HOUR, MONDAY, House, session

ACTOR = {"sub": "user_support"}
ADMIN = {"authorization": f"Bearer {ADMIN_TOKEN}"}


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    app = FastAPI()
    app.include_router(alerts_router(house.receiver, ADMIN_TOKEN))
    with client_of(app) as client:
        yield client


def read(client: Client, **params: str) -> list[dict]:
    answer = client.request("GET", "/api/alerts", headers=ADMIN, params=params)
    assert answer.status_code == 200
    return answer.json()["alerts"]


def test_an_alert_says_its_rule_why_and_what_to_do(client: Client, house: House) -> None:
    house.tell(session(1, actor=ACTOR, at=MONDAY + HOUR + 5))
    (alert,) = read(client)
    rule = next(rule for rule in RULES if rule.name == "impersonation")

    assert len(alert.pop("alert_id")) == 64
    assert alert == {
        "rule": "impersonation",
        "clerk_id": session(1)["data"]["user_id"],
        "at": MONDAY + HOUR,
        "created_at": house.time.now,
        "why": rule.why,
        "next": rule.what_next,
    }


def test_the_newest_come_first_and_one_may_choose_a_rule(client: Client, house: House) -> None:
    house.tell(session(1, country="CA"), session(2, country="FR"))
    house.time.now += 1
    house.tell(session(3, actor=ACTOR))
    house.time.now += 1
    house.tell(session(4, country="CA", person="user_B"), session(5, country="FR", person="user_B"))

    assert [alert["rule"] for alert in read(client)] == ["two_countries", "impersonation", "two_countries"]
    assert read(client, rule="two_countries")[0]["clerk_id"] == "user_B"
    assert [alert["rule"] for alert in read(client, rule="impersonation")] == ["impersonation"]
    assert read(client, rule="many_sessions") == []


def test_the_answer_is_bounded_and_keeps_the_newest(client: Client, house: House) -> None:
    for number in range(103):
        house.time.now += 1
        house.tell(session(number, actor=ACTOR, at=MONDAY + number * HOUR))

    impersonations = read(client, rule="impersonation")
    assert [alert["at"] for alert in impersonations] == [
        MONDAY + number * HOUR for number in range(102, 2, -1)
    ]


@pytest.mark.parametrize("rule", ["unknown", "", "\x00", "é", "x" * 5000, "'; DROP TABLE alerts"])
def test_an_unknown_rule_has_no_alert(client: Client, house: House, rule: str) -> None:
    house.tell(session(1, actor=ACTOR))

    assert read(client, rule=rule) == []


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer wrong", f"Basic {ADMIN_TOKEN}", ADMIN_TOKEN])
def test_who_is_not_the_administrator_reads_nothing(client: Client, house: House, token: str | None) -> None:
    house.tell(session(1, actor=ACTOR))
    headers = {} if token is None else {"authorization": token}
    answer = client.request("GET", "/api/alerts", headers=headers)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "impersonation" not in answer.text
