"""A week begins on Monday at midnight UTC, wherever the server and the database are."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Engine, literal, select, text

from reference_impl.edge.envelope import LATEST_MS
from reference_impl.scenarios.analytics.answers import cells
from reference_impl.scenarios.analytics.rows import NO_COHORT
from reference_impl.scenarios.analytics.weeks import monday, name, starts

from .world import World, at, column, session, user

BORDERS = [
    ("2026-11-16T00:00:00", "2026-W47", "2026-11-16"),
    ("2026-11-22T23:59:59.999", "2026-W47", "2026-11-16"),
    ("2026-11-23T00:00:00", "2026-W48", "2026-11-23"),
    ("2026-12-31T12:00:00", "2026-W53", "2026-12-28"),
    ("2027-01-01T00:00:00", "2026-W53", "2026-12-28"),
    ("2027-01-03T23:59:59", "2026-W53", "2026-12-28"),
    ("2027-01-04T00:00:00", "2027-W01", "2027-01-04"),
    ("2024-12-30T00:00:00", "2025-W01", "2024-12-30"),
    ("2021-01-03T23:00:00", "2020-W53", "2020-12-28"),
    ("2024-02-29T12:00:00", "2024-W09", "2024-02-26"),
    ("1970-01-01T00:00:00", "1970-W01", "1969-12-29"),
]


@pytest.fixture(params=["UTC", "America/Toronto", "Pacific/Auckland"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone of this process, while the test runs."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.parametrize(("instant", "label", "first"), BORDERS)
def test_a_week_is_that_of_iso_8601(zone: str, instant: str, label: str, first: str) -> None:
    found = monday(at(instant))

    assert (name(found), starts(found).isoformat()) == (label, first)


@given(st.integers(0, LATEST_MS))
def test_a_week_is_that_of_the_calendar_of_python(instant: int) -> None:
    found = monday(instant)
    day = datetime.fromtimestamp(instant // 1000, UTC).date()

    assert starts(found).isocalendar()[:2] == day.isocalendar()[:2]
    assert starts(found).weekday() == 0
    assert monday(found) == found


@examples(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(instants=st.lists(st.integers(0, LATEST_MS), min_size=1, max_size=20))
def test_the_database_finds_the_same_week(engine: Engine, instants: list[int]) -> None:
    with engine.connect() as connection:
        for instant in instants:
            found = connection.execute(select(monday(literal(instant, BigInteger)))).scalar_one()
            assert found == monday(instant)


def test_a_night_in_toronto_counts_in_the_week_of_utc(world: World, zone: str) -> None:
    # Sunday evening in Toronto, Monday in UTC; and Sunday evening in UTC, Monday in Auckland.
    world.tell(session("user_a", at("2026-11-16T02:30:00")), session("user_b", at("2026-11-15T22:30:00")))
    with world.engine.connect() as connection:
        if world.engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL TIME ZONE '{zone}'"))
        found = cells(connection, at("2026-11-09"), at("2026-11-16"))

    assert found == {(NO_COHORT, at("2026-11-09")): 1, (NO_COHORT, at("2026-11-16")): 1}
    assert world.active() == {("user_a", at("2026-11-16")), ("user_b", at("2026-11-09"))}
    assert column(world.answer(2), "starts") == ["2026-11-09", "2026-11-16"]


def test_the_weeks_go_on_over_the_new_year(world: World) -> None:
    world.tell(user("user_a", at("2026-12-31T23:00:00")), user("user_b", at("2027-01-01T01:00:00")))
    world.tell(user("user_c", at("2027-01-04T00:00:00")))

    found = world.answer(4, now=at("2027-01-13"))
    assert column(found, "week") == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]
    assert column(found, "sign_ups") == [0, 2, 1, 0]
    assert column(found, "partial") == [False, False, False, True]
