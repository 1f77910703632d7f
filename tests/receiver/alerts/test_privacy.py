"""What the watch keeps of a person, what it tells Slack, and what is left when they are gone."""

import pytest

from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.senders import Lane
from reference_impl.receiving.outcomes import Outcome
from reference_impl.scenarios.alerts import ALERT_TABLES
from tests.receiver.catalogue.fixtures import event
from tests.receiver.effects.conftest import Hands, outbox
from tests.receiver.privacy.people import A, B, impersonated
from tests.receiver.privacy.scan import says, scan

from .conftest import House, alerts, session, signals, watching

ACTOR = {"sub": "user_support"}


def dispatch(house: House) -> Hands:
    """Send what is due to Slack, at most twenty effects."""
    hands = Hands()
    lane = Lane("slack", hands)
    Dispatcher(house.engine, house.receiver.subjects, lane, house.time, jitter=lambda: 0.5).run_once()
    return hands


def test_neither_the_address_nor_the_city_nor_the_browser_nor_the_actor_is_kept(house: House) -> None:
    house.tell(session(1, country="CA", actor=ACTOR), session(2, country="FR"))

    assert not scan(house.engine, ["203.0.113.24", "Montréal", "Chrome", "Macintosh"])
    kept = {table for table, _, _ in scan(house.engine, ["user_support"])}
    assert kept == {"inbox", "inbox_mentions"}, "the kept body says who acted, watch or no watch"
    assert {signal.value for signal in signals(house.engine)} == {"sess_1", "sess_2", "FR"}


def test_the_message_says_the_rule_and_the_alert_and_nothing_of_the_person(house: House) -> None:
    house.tell(A.event("user.created"), impersonated(B, A))
    (alert,) = alerts(house.engine)
    (effect,) = dispatch(house).sent

    assert (effect.kind, effect.key) == ("slack_message", f"slack_alert/{alert.alert_id}")
    assert "impersonation" in effect.payload["text"]
    assert alert.alert_id in effect.payload["text"]
    assert not says([effect.key, effect.payload], [*A.markers().values(), *B.markers().values()])


def test_an_alert_is_told_once_however_often_its_events_are_delivered(house: House) -> None:
    house.tell(event("user.created"))
    for _ in range(3):
        house.tell(session(1, actor=ACTOR), session(1, "ended", actor=ACTOR))

    assert len(dispatch(house).sent) == 1
    assert dispatch(house).sent == []
    house.tell(session(1, "removed", actor=ACTOR))
    assert dispatch(house).sent == []


def test_without_slack_the_alert_is_raised_and_nothing_is_owed(house: House) -> None:
    house.receiver = watching(house.engine, house.time, to_slack=False)
    house.tell(session(1, actor=ACTOR))

    assert house.raised() == [("impersonation", alerts(house.engine)[0].at)]
    assert outbox(house.engine) == {}


@pytest.mark.parametrize("kind", ["created", "revoked"])
def test_of_an_erased_person_nothing_is_kept_nor_told(house: House, kind: str) -> None:
    house.tell(event("user.deleted"))
    told = [session(number, kind, country=f"C{number}", actor=ACTOR) for number in range(7)]

    assert set(house.tell(*told)) == {Outcome.STALE}
    assert (alerts(house.engine), signals(house.engine), outbox(house.engine)) == ([], [], {})


def test_the_tables_to_erase_and_to_purge_have_what_it_takes() -> None:
    assert {table.name for table in ALERT_TABLES} == {"alerts", "session_signals"}
    for table in ALERT_TABLES:
        assert {"clerk_id", "created_at"} <= set(table.c.keys())
        assert len(table.primary_key) == 1
