"""Small worlds whose answers were computed by hand."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event as engine_event
from sqlalchemy import insert, text

from reference_impl.scenarios.analytics.answers import cells, grouped
from reference_impl.scenarios.analytics.rows import ACTIVITY
from reference_impl.store.users import USERS

from .world import NOW, World, column, details, session, user, week


def test_nobody_at_all(world: World) -> None:
    found = world.answer(2)

    assert found == {
        "weeks": [
            {"week": "2026-W46", "starts": "2026-11-09", "sign_ups": 0, "active": 0, "partial": False},
            {"week": "2026-W47", "starts": "2026-11-16", "sign_ups": 0, "active": 0, "partial": True},
        ],
        "retention": [
            {"cohort": "2026-W46", "size": 0, "active": None},
            {"cohort": "2026-W47", "size": 0, "active": None},
        ],
    }


def test_a_class_that_began_three_weeks_ago(world: World) -> None:
    # Six sign up in W44. In W45 four come back, in W46 two, and one of these again in W47.
    # Five sign up in W46, and three of them are back in W47. One is from long ago, active in W45.
    old = [f"user_o{number}" for number in range(6)]
    new = [f"user_n{number}" for number in range(5)]
    world.tell(*(user(person, week(3, days=2)) for person in old))
    world.tell(*(user(person, week(1, days=4)) for person in new))
    world.tell(user("user_elder", week(300)), session("user_elder", week(2)))
    world.tell(*(session(person, week(2, days=6)) for person in old[:4]))
    world.tell(*(session(person, week(1), name="again") for person in old[:2]))
    world.tell(session(old[0], week(0), name="still"))
    world.tell(*(session(person, week(0, days=1)) for person in new[:3]))

    found = world.answer(4)

    assert column(found, "week") == ["2026-W44", "2026-W45", "2026-W46", "2026-W47"]
    assert column(found, "starts") == ["2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"]
    assert column(found, "sign_ups") == [6, 0, 5, 0]
    assert column(found, "active") == [6, 5, 7, 4]
    assert column(found, "partial") == [False, False, False, True]
    assert details(found) == [(6, [6, 4, 2, 1]), (0, None), (5, [5, 3]), (0, None)]


def test_a_person_active_several_times_in_a_week_counts_once(world: World) -> None:
    world.tell(user("user_a", week(1)), user("user_a", week(1), signed_in=week(1, days=1)))
    world.tell(*(session("user_a", week(1, days=day), name=f"s{day}") for day in range(7)))

    assert column(world.answer(2), "active") == [1, 0]


def test_a_shorter_answer_is_the_end_of_a_longer_one(world: World) -> None:
    world.tell(*(user(f"user_{number}", week(number % 4), signed_in=week(0)) for number in range(24)))
    world.leave("user_3")
    long, short = world.answer(4), world.answer(2)

    assert long["weeks"][2:] == short["weeks"]
    assert long["retention"][2:] == short["retention"]


def test_what_claims_to_come_from_the_future_is_not_told_before_its_week(world: World) -> None:
    world.tell(session("user_a", week(-1)), session("user_b", 253_402_300_799_999))

    assert column(world.answer(2), "active") == [0, 0]
    assert column(world.answer(2, now=week(-1)), "active") == [0, 1]


@pytest.fixture
def statements(world: World) -> Iterator[list[str]]:
    """The SQL that is sent."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    engine_event.listen(world.engine, "before_cursor_execute", note)
    yield sent
    engine_event.remove(world.engine, "before_cursor_execute", note)


def test_ten_thousand_people_are_counted_by_one_query_that_groups(
    world: World, statements: list[str]
) -> None:
    people = [f"user_{number}" for number in range(10_000)]
    blank = {"clerk_updated_at": 1, "claims_issued_at": 0, "first_seen_at": NOW}
    flags = dict.fromkeys(("banned", "locked", "deprovisioned"), False)
    born = [week(3)] * 9_000 + [week(60 + number % 20) for number in range(1_000)]
    with world.engine.begin() as connection:
        rows = [
            {**blank, **flags, "clerk_id": person, "clerk_created_at": at}
            for person, at in zip(people, born, strict=True)
        ]
        connection.execute(insert(USERS), rows)
        weeks = [{"clerk_id": person, "week": week(ago)} for person in people for ago in (2, 1, 0)]
        connection.execute(insert(ACTIVITY), weeks)
    statements.clear()

    found = world.answer(4)

    assert column(found, "active") == [9_000, 10_000, 10_000, 10_000]
    assert details(found)[0] == (9_000, [9_000] * 4)
    (sent,) = [one for one in statements if one != "BEGIN"]
    assert "GROUP BY" in sent
    with world.engine.connect() as connection:
        assert len(cells(connection, week(3), week(0))) == 7, "four of the cohort, three of all those before"
        query = str(grouped(week(3), week(0)).compile(world.engine, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN" if world.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = str(connection.execute(text(f"{explain} {query.replace('%%', '%')}")).all())
    assert "Aggregate" in plan or "FOR GROUP BY" in plan
