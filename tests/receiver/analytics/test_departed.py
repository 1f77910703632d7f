"""An erasure changes no figure of the past, and leaves nothing of the person."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from reference_impl.scenarios.analytics.departed import fold
from reference_impl.scenarios.analytics.rows import ACTIVITY, ANALYTICS_TABLES, NO_COHORT
from tests.receiver.catalogue.fixtures import emptied
from tests.receiver.privacy.scan import scan

from .world import World, column, details, session, user, week

A = "user_a"


def test_an_erasure_turns_a_person_into_counts(world: World) -> None:
    world.tell(user(A, week(3, days=1), signed_in=week(2)), session(A, week(1)))
    world.leave(A)

    assert world.active() == set()
    assert world.departed() == {(week(3), week(ago)): 1 for ago in (3, 2, 1)}
    assert not scan(world.engine, [A])


def test_an_erasure_changes_no_answer(world: World) -> None:
    people = [f"user_{number}" for number in range(6)]
    world.tell(*(user(person, week(3), signed_in=week(number % 3)) for number, person in enumerate(people)))
    before = world.answer()
    assert details(before)[0] == (6, [6, 2, 2, 2])
    for person in people:
        world.leave(person)
        assert world.answer() == before
    assert not scan(world.engine, ["user_"])


def test_an_erasure_that_is_replayed_counts_nobody_twice(world: World) -> None:
    world.tell(user(A, week(3), signed_in=week(2)))
    for _ in range(3):
        world.leave(A)
        world.tell(user(A, week(3), signed_in=week(1)), session(A, week(1)))  # late: refused

    assert world.departed() == {(week(3), week(3)): 1, (week(3), week(2)): 1}


def test_the_erasure_of_a_stranger_counts_nobody(world: World) -> None:
    world.leave("user_unknown")

    assert world.departed() == {}


def test_a_person_of_whom_only_sessions_were_known_stays_in_the_counts_without_a_sign_up(
    world: World,
) -> None:
    world.tell(session(A, week(2)))
    before = world.answer()
    world.leave(A)

    assert world.departed() == {(NO_COHORT, week(2)): 1}
    assert world.answer() == before
    assert column(before, "active") == [0, 1, 0, 0]
    assert column(before, "sign_ups") == [0, 0, 0, 0]


def test_an_erasure_touches_nobody_else(world: World) -> None:
    world.tell(user("user_b", week(3), signed_in=week(1)), user(A, week(3), signed_in=week(1)))
    world.leave(A)

    assert world.active() == {("user_b", week(1))}


def test_erasures_at_the_same_time_count_everyone_once(world: World) -> None:
    people = [f"user_{number}" for number in range(16)]
    for number, person in enumerate(people):
        world.tell(user(person, week(3), signed_in=week(number % 3)), session(person, week((number + 1) % 3)))
    before = world.answer()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(world.leave, people))

    assert world.answer() == before
    assert world.departed()[week(3), week(3)] == 16


def test_erasures_in_groups_that_cross_wait_for_each_other(world: World) -> None:
    for number, cohort in enumerate((3, 2, 2, 3)):
        world.tell(user(f"user_{number}", week(cohort)))
    with ThreadPoolExecutor(1) as pool:
        with world.engine.begin() as connection:
            fold(connection, "user_0")
            other = pool.submit(fold_both, world.engine, "user_2", "user_3")
            wait_until_it_waits(world.engine, other)
            fold(connection, "user_1")
        other.result(30)

    assert world.departed() == {(week(3), week(3)): 2, (week(2), week(2)): 2}


def fold_both(engine: Engine, *people: str) -> None:
    with engine.begin() as connection:
        for person in people:
            fold(connection, person)


def wait_until_it_waits(engine: Engine, other: Future) -> None:
    """Wait until a transaction waits for another. SQLite lets the second begin only when the first has ended."""
    while engine.dialect.name == "postgresql" and not other.done():
        with engine.connect() as connection:
            if connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one():
                return


drawn = st.lists(
    st.tuples(st.none() | st.integers(0, 5), st.lists(st.integers(0, 6), max_size=3), st.booleans()),
    min_size=1,
    max_size=6,
)


@examples(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=drawn, weeks=st.integers(1, 8))
def test_whoever_leaves_no_answer_changes(
    world: World, people: list[tuple[int | None, list[int], bool]], weeks: int
) -> None:
    emptied(world.engine)
    for number, (born, active, _) in enumerate(people):
        if born is not None:
            world.tell(user(f"user_{number}", week(born)))
        world.tell(*(session(f"user_{number}", week(ago), name=f"s{ago}") for ago in active))
    before = world.answer(weeks)
    for number, (*_, leaves) in enumerate(people):
        if leaves:
            world.leave(f"user_{number}")

    assert world.answer(weeks) == before


def test_every_table_of_this_feature_that_names_a_person_is_named_for_the_erasure() -> None:
    module = "reference_impl.tables.analytics"
    named = {
        mapper.local_table.name
        for mapper in SQLModel._sa_registry.mappers
        if mapper.class_.__module__ == module and "clerk_id" in mapper.local_table.c
    }
    assert named == {table.name for table in ANALYTICS_TABLES} == {ACTIVITY.name}


@pytest.mark.parametrize("size", [4, 5])
def test_the_detail_of_a_cohort_of_less_than_five_is_not_told_whoever_left(world: World, size: int) -> None:
    world.tell(*(user(f"user_{number}", week(1), signed_in=week(0)) for number in range(size)))
    expected = (size, None if size < 5 else [5, 5])

    assert details(world.answer(2))[0] == expected
    world.leave("user_0")
    assert details(world.answer(2))[0] == expected
