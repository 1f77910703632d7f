"""What raises each alert, and what does not."""

import json
from typing import Any

import pytest

from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.alerts.rules import RULES
from tests.receiver.catalogue.fixtures import MISSING, changed, paths

from .conftest import DAY, HOUR, MONDAY, House, alerts, delivery, session, signals

OTHER = "user_other"
ACTOR = {"sub": "user_support"}


def test_an_ordinary_session_raises_nothing(house: House) -> None:
    house.tell(*(session(1, kind, country="CA") for kind in ("created", "pending", "ended", "removed")))

    assert house.raised() == []


@pytest.mark.parametrize("kind", ["created", "pending", "ended", "removed", "revoked"])
def test_an_impersonated_session_is_told_once_whatever_event_tells_of_it(house: House, kind: str) -> None:
    house.tell(session(1, kind, actor=ACTOR), session(1, "ended", seen=MONDAY + DAY, actor=ACTOR))

    assert house.raised() == [("impersonation", MONDAY)]


def test_each_impersonated_session_has_its_alert(house: House) -> None:
    house.tell(session(1, actor=ACTOR), session(2, actor=ACTOR), session(3, actor={}), session(4))

    assert house.raised() == [("impersonation", MONDAY)] * 2


def test_an_impersonation_of_unknown_date_is_told_too(house: House) -> None:
    told = session(1, actor=ACTOR)
    told["data"]["created_at"] = None
    house.tell(told)

    assert house.raised() == [("impersonation", None)]


def test_six_sessions_in_an_hour_raise_an_alert_and_five_do_not(house: House) -> None:
    house.tell(*(session(number, at=MONDAY + number) for number in range(5)))
    assert house.raised() == []
    house.tell(session(6, at=MONDAY + HOUR - 1))
    assert house.raised() == [("many_sessions", MONDAY)]
    house.tell(session(7, at=MONDAY + 7))
    assert house.raised() == [("many_sessions", MONDAY)]


def test_six_sessions_that_straddle_two_hours_raise_nothing(house: House) -> None:
    house.tell(*(session(number, at=MONDAY + HOUR - 3 + number) for number in range(6)))

    assert house.raised() == []


def test_the_same_session_told_six_times_is_one_session(house: House) -> None:
    kinds = ("created", "pending", "ended", "removed", "created", "pending")
    house.tell(*(session(1, kind, seen=MONDAY + rank) for rank, kind in enumerate(kinds)))

    assert house.raised() == []


def test_the_sessions_of_two_people_are_not_added_up(house: House) -> None:
    house.tell(*(session(number, person=OTHER if number % 2 else "user_A") for number in range(6)))

    assert house.raised() == []


def test_a_session_that_is_known_too_late_counts_still(house: House) -> None:
    endings = [session(number, "ended", at=MONDAY, seen=MONDAY + DAY) for number in range(3)]
    assert set(house.tell(*endings)) == {Outcome.PROCESSED}
    late = [session(number) for number in range(3)] + [session(number) for number in range(3, 6)]
    assert house.tell(*late)[:3] == [Outcome.STALE] * 3

    assert house.raised() == [("many_sessions", MONDAY)]


def test_a_country_that_only_a_late_event_tells_counts_still(house: House) -> None:
    house.tell(session(1, country="CA"), session(2, "ended", seen=MONDAY + DAY))
    assert house.tell(session(2, country="FR")) == [Outcome.STALE]

    assert house.raised() == [("two_countries", MONDAY)]


def test_two_countries_on_one_day_raise_one_alert_and_a_third_adds_none(house: House) -> None:
    house.tell(session(1, country="CA"), session(2, at=MONDAY + HOUR, country="CA"), session(3))
    assert house.raised() == []
    house.tell(session(4, at=MONDAY + DAY - 1, country="FR"), session(5, at=MONDAY + 9, country="BE"))
    assert house.raised() == [("two_countries", MONDAY)]


def test_two_countries_on_two_days_raise_nothing(house: House) -> None:
    house.tell(session(1, at=MONDAY + DAY - 1, country="CA"), session(2, at=MONDAY + DAY, country="FR"))

    assert house.raised() == []


def test_a_session_that_ends_later_says_where_its_person_was_and_when(house: House) -> None:
    """The application ends on Tuesday a session last active on Monday, abroad."""
    ended = session(1, "ended", at=MONDAY, seen=MONDAY, country="FR") | {"timestamp": MONDAY + DAY}
    house.tell(ended, session(2, at=MONDAY + DAY, country="CA"))
    assert house.raised() == []
    house.tell(session(3, at=MONDAY, country="CA"))
    assert house.raised() == [("two_countries", MONDAY)]


def test_three_revocations_in_an_hour_raise_one_alert_and_two_do_not(house: House) -> None:
    created = [session(number, at=MONDAY - DAY * number) for number in range(1, 5)]
    revoked = [
        session(number, "revoked", at=MONDAY - DAY * number, seen=MONDAY + number) for number in range(1, 5)
    ]
    house.tell(*created, *revoked[:2], revoked[0])
    assert house.raised() == []
    house.tell(*revoked[2:])
    assert house.raised() == [("mass_revocation", MONDAY)]


def test_sessions_that_end_by_themselves_are_not_revocations(house: House) -> None:
    for number in range(4):
        at = MONDAY - DAY * number
        house.tell(
            session(number, "ended", at=at, seen=MONDAY), session(number, "removed", at=at, seen=MONDAY + 1)
        )

    assert house.raised() == []


def test_other_events_are_not_sessions(house: House) -> None:
    told = session(1, actor=ACTOR) | {"type": "subscription.created"}
    house.tell(told, session(1, actor=ACTOR) | {"type": "session.unheard_of"})

    assert signals(house.engine) == []


def test_every_rule_is_explained_and_says_what_to_do() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES) == 4
    assert all(len(text) > 40 and text.endswith(".") for rule in RULES for text in (rule.why, rule.what_next))


STRANGE: list[Any] = [
    MISSING,
    None,
    True,
    0,
    -1,
    1.5,
    2**63,
    10**30,
    "",
    "\x00",
    "a\ud800",
    "x" * 20_000,
    [],
    {"a": 1},
]


def test_strange_fields_change_the_outcome_of_no_delivery(house: House) -> None:
    plain = Receiver(house.engine, house.receiver.subjects, clock=house.time)
    document = session(1, "revoked", country="CA", actor=ACTOR)
    chosen = [
        path for path in paths(document, 3) if path[:2] != ("data", "user") and path[0] != "event_attributes"
    ]
    assert ("data", "latest_activity", "country") in chosen
    number = 0
    for path in chosen:
        for value in STRANGE:
            told = changed(document, path, value)
            if path not in {("data",), ("data", "id")}:
                told["data"]["id"] = f"sess_{number}"
            with_watch = house.receiver.receive(delivery(told, f"msg_watch{number}"))
            if path not in {("data",), ("data", "id")}:
                told["data"]["id"] = f"sess_plain{number}"
            without = plain.receive(delivery(told, f"msg_plain{number}"))
            if path != ("data", "id"):
                assert (with_watch.outcome, with_watch.reason) == (without.outcome, without.reason), (
                    path,
                    value,
                )
            number += 1
    json.dumps([dict(row._mapping) for row in alerts(house.engine)])
