"""Whatever the order, the copies and the groups, the same events give the same alerts: those a simple count gives."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from reference_impl.receiving.batches import receive_together
from reference_impl.receiving.receive import Receiver
from tests.receiver.catalogue.fixtures import emptied
from tests.receiver.effects.conftest import Time, outbox

from .conftest import DAY, HOUR, MONDAY, alerts, delivery, session, watching

PEOPLE = ("user_A", "user_B")
KINDS = ("created", "pending", "ended", "revoked")


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Sessions that begin around two midnights and one o'clock, with some of what happens to them."""
    told = []
    for number in range(draw(st.integers(2, 9))):
        person = draw(st.sampled_from(PEOPLE[:1] * 3 + PEOPLE[1:]))
        at = MONDAY + draw(st.sampled_from([0, 1, HOUR - 1, HOUR, DAY - 1, DAY]))
        actor = draw(st.sampled_from([None, None, None, {"sub": "user_support"}]))
        common: dict[str, Any] = {"at": at, "person": person, "actor": actor}
        for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3)):
            seen = at if kind == "created" else at + draw(st.sampled_from([1, 2, HOUR, DAY]))
            country = draw(st.sampled_from([None, "CA", "CA", "FR"]))
            told.append(session(number, kind, seen=seen, country=country, **common))
    return told


def expected(told: Sequence[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Count as one would by hand, all the events at once."""
    counted: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    impersonated = {}
    for event in told:
        data = event["data"]
        person, created, seen = data["user_id"], data["created_at"], data["last_active_at"]
        if data["actor"]:
            impersonated[data["id"]] = ("impersonation", person, created // HOUR * HOUR)
            continue  # what somebody else does with the session says nothing of the person
        counted["many_sessions", person, created // HOUR * HOUR].add(data["id"])
        if data["latest_activity"]["country"]:
            counted["two_countries", person, seen // DAY * DAY].add(data["latest_activity"]["country"])
        if event["type"] == "session.revoked":
            counted["mass_revocation", person, event["timestamp"] // HOUR * HOUR].add(data["id"])
    enough = {"many_sessions": 6, "two_countries": 2, "mass_revocation": 3}
    reached = [key for key, values in counted.items() if len(values) >= enough[key[0]]]
    return sorted([*impersonated.values(), *reached])


def deliver(receiver: Receiver, told: Sequence[dict[str, Any]], size: int) -> None:
    """Deliver in groups of this size, as a process does with what waits together."""
    numbers = count()
    for start in range(0, len(told), size):
        group = [delivery(one, f"msg_{next(numbers)}") for one in told[start : start + size]]
        assert not [result for result in receive_together(receiver, group) if isinstance(result, Exception)]


def test_any_order_with_copies_and_groups_gives_the_same_alerts(engine: Engine, time: Time) -> None:
    receiver = watching(engine, time)
    seen: set[str] = set()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(histories(), st.data())
    def check(told: list[dict[str, Any]], data: st.DataObject) -> None:
        emptied(engine)
        copies = data.draw(st.lists(st.sampled_from(told), max_size=6))
        deliver(receiver, data.draw(st.permutations([*told, *copies])), data.draw(st.sampled_from([1, 2, 8])))
        raised = alerts(engine)
        assert sorted((alert.rule, alert.clerk_id, alert.at) for alert in raised) == expected(told)
        assert len(outbox(engine)) == len(raised)
        seen.update(alert.rule for alert in raised)

    check()
    assert seen >= {"impersonation", "two_countries"}, "the histories are rich enough to say something"


def test_six_sessions_and_three_revocations_are_found_in_every_order(engine: Engine, time: Time) -> None:
    receiver = watching(engine, time)
    told = [
        *(session(number, at=MONDAY + number) for number in range(6)),
        *(session(number, "revoked", at=MONDAY + number, seen=MONDAY + HOUR + number) for number in range(3)),
    ]

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.permutations(told), st.sampled_from([1, 3, 9]))
    def check(order: list[dict[str, Any]], size: int) -> None:
        emptied(engine)
        deliver(receiver, order, size)
        raised = [(alert.rule, alert.at) for alert in alerts(engine)]
        assert raised == [("many_sessions", MONDAY), ("mass_revocation", MONDAY + HOUR)]

    check()
