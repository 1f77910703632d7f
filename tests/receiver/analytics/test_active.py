"""What makes a person active in a week, and what does not."""

import itertools

import pytest
from sqlalchemy import insert

from reference_impl.catalogue.users import record_snapshot, user_row
from reference_impl.edge.login import record_login
from reference_impl.edge.session_token import SessionClaims
from reference_impl.receiving.outcomes import Outcome
from reference_impl.store.users import USERS

from .world import NOW, World, column, deletion, session, user, week

A = "user_a"


def login(person: str, seconds: int, *, complete: bool = True) -> SessionClaims:
    return SessionClaims(person, seconds, "a@example.com", None, None, complete)


def test_a_session_counts_in_the_week_it_opened_and_in_that_of_its_last_activity(world: World) -> None:
    world.tell(session(A, week(3, days=6), last=week(2, days=1), kind="ended", told_at=week(0)))

    assert world.weeks(A) == [week(3), week(2)], "neither the week of the event nor that of its reception"


@pytest.mark.parametrize("kind", ["created", "pending", "ended", "removed", "revoked"])
def test_every_event_of_a_session_says_so(world: World, kind: str) -> None:
    world.tell(session(A, week(1, days=2), kind=kind))

    assert world.weeks(A) == [week(1)]


def test_the_end_that_the_application_puts_to_a_session_is_no_activity(world: World) -> None:
    world.tell(session(A, week(5), last=week(4), kind="revoked", told_at=week(0, days=1)))

    assert world.weeks(A) == [week(5), week(4)]


def test_a_session_that_another_borrowed_says_nothing_of_the_person(world: World) -> None:
    assert world.tell(session(A, week(1), actor={"sub": "user_admin"})) == [Outcome.PROCESSED]

    assert world.active() == set()


def test_a_session_that_is_stale_counts_too(world: World) -> None:
    outcomes = world.tell(
        session(A, week(3), last=week(1), kind="ended", told_at=week(1)),
        session(A, week(3), last=week(2), kind="pending", told_at=week(2)),
    )

    assert outcomes == [Outcome.PROCESSED, Outcome.STALE]
    assert world.weeks(A) == [week(3), week(2), week(1)]


def test_a_sign_in_told_by_a_stale_snapshot_counts_too(world: World) -> None:
    outcomes = world.tell(user(A, week(9), signed_in=week(1)), user(A, week(9), signed_in=week(4)))

    assert outcomes == [Outcome.PROCESSED, Outcome.STALE]
    assert world.weeks(A) == [week(4), week(1)]


def test_the_sign_up_itself_makes_a_person_active(world: World) -> None:
    world.tell(user(A, week(1, days=3)))

    assert world.active() == set(), "it is read in the users, and written nowhere else"
    assert column(world.answer(2), "active") == [1, 0]


def test_a_login_counts_in_the_week_of_its_token(world: World) -> None:
    world.tell(user(A, week(9)))
    record_login(world.receiver, login(A, week(1, days=1) // 1000))

    assert world.weeks(A) == [week(1)]


def test_a_login_with_a_token_that_says_nothing_counts_now(world: World) -> None:
    record_login(world.receiver, login(A, week(1) // 1000, complete=False))
    assert world.weeks(A) == [week(0)]

    world.tell(user(A, week(9)))
    assert world.weeks(A) == [week(0)], "the webhook tells the sign-up, and the login stays"
    assert column(world.answer(10), "sign_ups") == [1, *[0] * 9]


def test_a_login_that_changes_nothing_of_the_person_counts_too(world: World) -> None:
    world.tell(user(A, week(9), version=week(0)))

    record_login(world.receiver, login(A, week(1, days=1) // 1000))

    assert world.weeks(A) == [week(1)]


def test_a_reconciliation_counts_the_last_sign_in_and_keeps_the_week_of_the_sign_up(world: World) -> None:
    told = user(A, week(70), signed_in=week(2), version=week(1))["data"]
    with world.engine.begin() as connection:
        transaction = world.receiver.transaction(connection)
        record_snapshot(transaction, user_row(told, A, told["updated_at"]), recent=False)

    assert world.weeks(A) == [week(2)]
    assert column(world.answer(71), "sign_ups") == [1, *[0] * 70]


def test_a_person_who_was_there_before_the_feature_counts_from_their_sign_up(world: World) -> None:
    row = {**user_row(user(A, week(2))["data"], A, 1), "claims_issued_at": 0, "first_seen_at": NOW}
    with world.engine.begin() as connection:
        connection.execute(insert(USERS).values(row))

    assert column(world.answer(3), "sign_ups") == [1, 0, 0]
    assert column(world.answer(3), "active") == [1, 0, 0]


def test_a_person_whose_account_has_no_date_signed_up_when_they_were_first_seen(world: World) -> None:
    told = user(A, None, version=week(5))
    world.tell(told)

    assert column(world.answer(6), "sign_ups") == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("late", [session(A, week(1)), user(A, week(1), signed_in=week(1))])
def test_an_erased_person_is_never_active_again(world: World, late: dict) -> None:
    assert world.tell(deletion(A), late) == [Outcome.PROCESSED, Outcome.STALE]
    assert record_login(world.receiver, login(A, NOW // 1000)) is None

    assert world.active() == set()
    assert column(world.answer(2), "active") == [0, 0]


BAD = [None, "x", True, [], {}, -1, 1.5, 10**30, float(2**70), "\x00"]


def test_what_a_session_says_badly_is_left_aside(world: World) -> None:
    for number, (opened, last) in enumerate(itertools.product(BAD, BAD)):
        outcome = world.tell(session(f"user_{number}", opened, last=last))
        assert outcome == [Outcome.PROCESSED]
    assert world.active() == set()

    world.tell(session(A, week(1), last="yesterday", actor=[]), session(A, "x", last=week(2), name="other"))
    assert world.weeks(A) == [week(2)]


def test_a_session_of_nobody_is_a_dead_letter_and_writes_no_week(world: World) -> None:
    bad: list = [None, "", 7, {}, "u" * 256]
    assert world.tell(*(session(person, week(1)) for person in bad)) == [Outcome.DEAD] * len(bad)

    assert world.active() == set()


def test_seconds_are_read_as_seconds(world: World) -> None:
    world.tell(session(A, week(1, days=2) // 1000))

    assert world.weeks(A) == [week(1)]
