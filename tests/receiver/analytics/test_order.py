"""Any order, any repetition: the same events leave the same weeks and the same answer."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.receiver.catalogue.fixtures import emptied

from .world import Told, World, session, user, week

EVENTS = [
    user("user_a", week(8), signed_in=week(6)),
    user("user_a", week(8), signed_in=week(3)),
    session("user_a", week(5), told_at=week(5)),
    session("user_a", week(5), last=week(4), kind="ended", told_at=week(4)),
]


def left(world: World, told: list[Told]) -> Any:
    """What these events leave in an empty database."""
    emptied(world.engine)
    world.tell(*told)
    return world.active(), world.answer(10)


def test_every_order_of_four_events_leaves_the_same_weeks(world: World) -> None:
    expected = {("user_a", week(ago)) for ago in (6, 3, 5, 4)}
    found = [left(world, list(order)) for order in permutations(EVENTS)]

    assert all(weeks == expected for weeks, _ in found)
    assert all(answer == found[0][1] for _, answer in found)


def test_a_delivery_received_twice_leaves_what_one_leaves(world: World) -> None:
    for _ in range(2):
        for number, told in enumerate(EVENTS):
            world.deliver(told, f"msg_{number}")
    once = world.active()
    world.tell(*EVENTS)  # as a replay does, under other ids

    assert world.active() == once
    assert len(once) == 4


people = st.sampled_from(["user_a", "user_b", "user_c"])
weeks = st.integers(0, 9)
sessions = st.tuples(people, weeks, weeks, st.sampled_from(["created", "pending", "ended", "revoked"]))
snapshots = st.tuples(people, weeks)


@examples(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(sessions | snapshots, min_size=1, max_size=8), data=st.data())
def test_no_order_and_no_repetition_changes_anything(world: World, drawn: list[tuple], data: Any) -> None:
    told, expected = [], set()
    for number, draw in enumerate(drawn):
        if len(draw) == 2:
            person, ago = draw
            told.append(user(person, week(12), signed_in=week(ago)))
            expected.add((person, week(ago)))
        else:
            person, opened, last, kind = draw
            told.append(
                session(person, week(opened), last=week(last), kind=kind, told_at=week(last) + number)
            )
            expected |= {(person, week(opened)), (person, week(last))}
    shuffled = data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told), max_size=4))]))

    first = left(world, told)
    assert first[0] == expected
    assert left(world, shuffled) == first


@pytest.mark.parametrize("ago", [0, 7])
def test_the_answer_counts_a_person_whose_account_is_told_after_their_sessions(
    world: World, ago: int
) -> None:
    world.tell(session("user_a", week(ago)), user("user_a", week(9)))
    other = left(world, [user("user_a", week(9)), session("user_a", week(ago))])

    assert left(world, [session("user_a", week(ago)), user("user_a", week(9))]) == other
