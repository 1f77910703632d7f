"""A recipient that is down or overwhelmed is left alone for a while, by every process, and costs its effects nothing."""

import pytest
from sqlalchemy import Engine, select

from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.resting import FIRST_REST_MS, LONGEST_ASKED_MS, LONGEST_REST_MS
from reference_impl.effects.senders import EffectFailedError, Lane, Sent
from reference_impl.operations.metrics import render
from reference_impl.privacy.register import Subjects
from reference_impl.store.outbox import DESTINATIONS

from .conftest import NOW, Hands, Time, outbox, owe

DOWN = EffectFailedError("503", everyone=True)


def resting_until(engine: Engine, destination: str = "email") -> tuple[int, int]:
    chosen = select(DESTINATIONS.c.free_at, DESTINATIONS.c.failures)
    with engine.connect() as connection:
        return tuple(connection.execute(chosen.where(DESTINATIONS.c.destination == destination)).one())


def test_a_recipient_that_is_down_is_asked_once_and_its_other_effects_wait_uncounted(
    dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    owe(engine, "a", "b", "c")
    hands.answers = [DOWN]

    assert dispatcher.run_once() == 1
    assert dispatcher.run_once() == 0

    assert len(hands.sent) == 1
    assert sorted(row.attempts for row in outbox(engine).values()) == [0, 0, 1]
    assert resting_until(engine) == (NOW + FIRST_REST_MS, 1)


def test_the_rest_doubles_up_to_its_bound_and_ends_with_the_first_success(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, time: Time
) -> None:
    owe(engine, *(f"k{n:02}" for n in range(14)))
    hands.answers = [DOWN] * 12
    rests = []
    for _ in range(12):
        assert dispatcher.run_once() == 1
        until, _failures = resting_until(engine)
        rests.append(until - time.now)
        time.now = until

    assert rests[:4] == [FIRST_REST_MS, 2 * FIRST_REST_MS, 4 * FIRST_REST_MS, 8 * FIRST_REST_MS]
    assert rests[-1] == LONGEST_REST_MS
    assert dispatcher.run_once() > 0
    assert resting_until(engine)[1] == 0


@pytest.mark.parametrize(("asked", "waited"), [(120, 120_000), (10**9, LONGEST_ASKED_MS)])
def test_the_rest_that_the_recipient_asks_for_is_granted_within_reason(
    asked: int, waited: int, dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    owe(engine, "a")
    hands.answers = [EffectFailedError("429", asked, everyone=True)]

    dispatcher.run_once()

    assert resting_until(engine)[0] == NOW + waited


def test_every_process_leaves_it_alone(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, subjects: Subjects, time: Time
) -> None:
    owe(engine, "a", "b")
    hands.answers = [DOWN]
    dispatcher.run_once()

    other = Dispatcher(engine, subjects, Lane("email", hands), time)

    assert other.run_once() == 0


def test_the_rest_of_one_delays_no_other(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, subjects: Subjects, time: Time
) -> None:
    owe(engine, "a")
    owe(engine, "b", destination="slack")
    hands.answers = [DOWN, Sent()]
    dispatcher.run_once()

    assert Dispatcher(engine, subjects, Lane("slack", hands), time).run_once() == 1
    assert outbox(engine)["b"].done_at == NOW


def test_a_paced_recipient_gets_one_effect_an_interval_whoever_sends(
    hands: Hands, engine: Engine, subjects: Subjects, time: Time
) -> None:
    owe(engine, "a", "b", "c")
    lane = Lane("email", hands, interval_ms=1000)
    one, other = (Dispatcher(engine, subjects, lane, time) for _ in range(2))

    assert [one.run_once(), other.run_once(), one.run_once()] == [1, 0, 0]
    time.now += 999
    assert other.run_once() == 0
    time.now += 1
    assert [other.run_once(), one.run_once()] == [1, 0]

    assert len(hands.sent) == 2


def test_the_metrics_say_what_waits_and_who_fails(
    dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    owe(engine, "a", "b")
    hands.answers = [DOWN]
    dispatcher.run_once()

    told = render(engine, NOW).decode()

    assert 'effects_due{destination="email"} 2.0' in told
    assert 'destination_failures{destination="email"} 1.0' in told
