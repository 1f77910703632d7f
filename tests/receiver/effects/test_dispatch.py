"""An effect is sent at least once, never by two at a time, later and later while it fails, to whom it concerns now."""

from contextlib import suppress
from itertools import pairwise

import pytest
from sqlalchemy import Engine, insert, update

from reference_impl.effects.dispatch import (
    ATTEMPTS,
    FIRST_DELAY_S,
    LEASE_MS,
    LONGEST_DELAY_S,
    LONGEST_SENDING_MS,
    Dispatcher,
    retry_failed,
)
from reference_impl.effects.senders import EffectFailedError, Lane, Sent
from reference_impl.operations.metrics import EFFECTS
from reference_impl.privacy.erasure import attempt_of, erase_now
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.receive import Receiver
from reference_impl.store.outbox import OUTBOX
from reference_impl.store.users import USERS
from tests.receiver.privacy.scan import read_all, scan

from .conftest import NOW, Hands, Time, outbox, owe


def sign_up(engine: Engine, clerk_id: str, email: str) -> None:
    versions = {"clerk_updated_at": 1, "claims_issued_at": 0, "first_seen_at": 1}
    flags = {"banned": False, "locked": False, "deprovisioned": False}
    with engine.begin() as connection:
        connection.execute(insert(USERS).values(clerk_id=clerk_id, email=email, **versions, **flags))


def counted(outcome: str) -> float:
    return EFFECTS.labels("art19", outcome)._value.get()


def test_what_is_due_is_sent_once(dispatcher: Dispatcher, hands: Hands, engine: Engine) -> None:
    owe(engine, "a", "b")
    owe(engine, "later", at=NOW + 1)

    assert dispatcher.run_once() == 2
    assert dispatcher.run_once() == 0

    assert sorted(effect.key for effect in hands.sent) == ["a", "b"]
    rows = outbox(engine)
    assert (rows["a"].done_at, rows["b"].done_at, rows["later"].done_at) == (NOW, NOW, None)


def test_no_more_than_the_limit_is_taken_and_the_oldest_first(
    dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    for age in range(5):
        owe(engine, f"k{age}", at=NOW - age)

    assert dispatcher.run_once(limit=2) == 2

    assert {effect.key for effect in hands.sent} == {"k4", "k3"}


def test_while_one_sends_another_finds_nothing(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, subjects: Subjects, time: Time
) -> None:
    owe(engine, "a")
    other = Dispatcher(engine, subjects, Lane("email", hands), time)
    found: list[int] = []
    hands.then = lambda: found.append(other.run_once())

    dispatcher.run_once()

    assert found == [0]
    assert len(hands.sent) == 1


def test_an_effect_whose_sender_died_is_taken_again_when_its_lease_ends(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, time: Time
) -> None:
    owe(engine, "a")

    def die() -> None:
        raise KeyboardInterrupt

    hands.then = die
    with pytest.raises(KeyboardInterrupt):
        dispatcher.run_once()
    hands.then = None
    time.now += LEASE_MS - 1
    assert dispatcher.run_once() == 0
    time.now += 1

    assert dispatcher.run_once() == 1
    assert [effect.key for effect in hands.sent] == ["a", "a"]


def test_a_slow_recipient_does_not_use_up_the_lease_of_the_next_effects(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, time: Time
) -> None:
    owe(engine, "a", "b", "c")

    def wait() -> None:
        time.now += LEASE_MS - LONGEST_SENDING_MS + 1

    hands.then = wait

    assert dispatcher.run_once() == 1

    given_back = [row for row in outbox(engine).values() if row.done_at is None]
    assert [(row.attempts, row.next_attempt_at) for row in given_back] == [(0, time.now)] * 2
    assert dispatcher.run_once() == 1  # at once, under a lease of their own


def test_when_asked_to_stop_it_finishes_the_current_one_and_gives_the_others_back(
    dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    owe(engine, "a", "b", "c")

    assert dispatcher.run_once(stopped=lambda: len(hands.sent) == 1) == 1

    assert sorted((row.attempts, row.done_at) for row in outbox(engine).values() if row.done_at) == [(1, NOW)]
    assert [row.attempts for row in outbox(engine).values() if not row.done_at] == [0, 0]


def test_a_failure_waits_longer_and_longer_and_ends_after_the_last_attempt(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, time: Time
) -> None:
    owe(engine, "a")
    hands.answers = [EffectFailedError("500")] * ATTEMPTS
    before = counted("failed"), counted("postponed")
    waits = []
    for _ in range(ATTEMPTS - 1):
        assert dispatcher.run_once() == 1
        row = outbox(engine)["a"]
        waits.append((row.next_attempt_at - time.now) / 1000)
        time.now = row.next_attempt_at - 1
        assert dispatcher.run_once() == 0
        time.now += 1

    assert dispatcher.run_once() == 1

    assert waits[0] == FIRST_DELAY_S * 0.75
    longest = LONGEST_DELAY_S * 0.75
    assert all(later == min(2 * sooner, longest) for sooner, later in pairwise(waits))
    assert sum(waits) > 2 * 86_400  # an outage of two days loses nothing
    assert outbox(engine)["a"].failed_at == time.now
    assert outbox(engine)["a"].done_at is None
    time.now += 10**10
    assert dispatcher.run_once() == 0
    assert (counted("failed") - before[0], counted("postponed") - before[1]) == (1, ATTEMPTS - 1)


@pytest.mark.parametrize(("drawn", "expected"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_chance_spreads_the_failures(
    drawn: float, expected: float, engine: Engine, subjects: Subjects, hands: Hands, time: Time
) -> None:
    owe(engine, "a")
    hands.answers = [EffectFailedError("500")]
    Dispatcher(engine, subjects, Lane("email", hands), time, jitter=lambda: drawn).run_once()

    assert outbox(engine)["a"].next_attempt_at - NOW == FIRST_DELAY_S * expected * 1000


@pytest.mark.parametrize(
    ("asked", "waited"), [(1, FIRST_DELAY_S * 0.75), (120, 120), (10**30, LONGEST_DELAY_S)]
)
def test_the_delay_that_the_recipient_asks_for_is_waited_within_reason(
    asked: int, waited: float, dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    owe(engine, "a")
    hands.answers = [EffectFailedError("429", asked)]
    dispatcher.run_once()

    assert outbox(engine)["a"].next_attempt_at - NOW == waited * 1000


def test_a_failure_costs_the_others_nothing(dispatcher: Dispatcher, hands: Hands, engine: Engine) -> None:
    owe(engine, "a", "b", "c")
    hands.answers = [Sent(), EffectFailedError("500"), Sent()]

    assert dispatcher.run_once() == 3
    assert sum(row.done_at is not None for row in outbox(engine).values()) == 2


def test_the_recipient_is_read_when_the_effect_is_sent(
    dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    sign_up(engine, "user_1", "old@example.com")
    owe(engine, "welcome", clerk_id="user_1")
    with engine.begin() as connection:
        connection.execute(update(USERS).values(email="new@example.com"))

    dispatcher.run_once()

    assert hands.sent[0].recipient["email"] == "new@example.com"
    assert "old@example.com" not in str(hands.sent)


def test_an_effect_for_a_person_whose_webhook_is_late_waits_for_it(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, time: Time
) -> None:
    owe(engine, "admin", clerk_id="user_1")
    assert dispatcher.run_once() == 1
    assert not hands.sent
    assert outbox(engine)["admin"].done_at is None

    sign_up(engine, "user_1", "a@example.com")
    time.now = outbox(engine)["admin"].next_attempt_at
    dispatcher.run_once()

    assert [effect.key for effect in hands.sent] == ["admin"]


def test_an_effect_for_a_person_who_is_gone_is_not_sent(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, subjects: Subjects
) -> None:
    erase_now(Receiver(engine, subjects, clock=lambda: NOW), "user_1", cause="request")
    owe(engine, "welcome", clerk_id="user_1")  # as a process that did not know yet would
    before = counted("gone")

    assert dispatcher.run_once() == 1

    assert not hands.sent
    assert outbox(engine)["welcome"].done_at == NOW
    assert counted("gone") - before == 1


def test_a_person_transmitted_to_a_third_party_is_noted_as_disclosed(
    dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    sign_up(engine, "user_1", "a@example.com")
    owe(engine, "welcome", "again", clerk_id="user_1")
    hands.answers = [Sent("ref-1")] * 2

    dispatcher.run_once()

    assert read_all(engine)["disclosures"] == [
        {"clerk_id": "user_1", "recipient": "email", "recipient_ref": "ref-1", "disclosed_at": NOW}
    ]


@pytest.mark.parametrize("fails", [False, True])
def test_a_person_erased_while_the_effect_is_in_flight_leaves_nothing_and_the_recipient_is_told(
    fails: bool, dispatcher: Dispatcher, hands: Hands, engine: Engine, subjects: Subjects
) -> None:
    sign_up(engine, "user_1", "a@example.com")
    owe(engine, "welcome", clerk_id="user_1")
    receiver = Receiver(engine, subjects, clock=lambda: NOW)
    hands.then = lambda: erase_now(receiver, "user_1", cause="request")
    hands.answers = [EffectFailedError("500") if fails else Sent("ref-1")]

    dispatcher.run_once()

    assert not scan(engine, ["user_1", "a@example.com"])
    # A failure proves nothing: the recipient may have read it all before its answer was lost, and even after a first
    # notice passed. There is then one notice more.
    attempt = attempt_of(subjects, "welcome", NOW)
    references = [attempt, attempt] if fails else [attempt, "ref-1"]
    hands.then = None
    hands.sent.clear()
    assert all(key.startswith("art19/email/") for key in outbox(engine))
    assert dispatcher.run_once() == len(references)  # the notices are due at once
    told = [{"recipient": "email", "recipient_ref": reference} for reference in references]
    assert sorted(map(str, (sent.payload for sent in hands.sent))) == sorted(map(str, told))
    assert not any(sent.recipient for sent in hands.sent)


def test_abandoned_effects_become_due_again_when_asked(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, time: Time
) -> None:
    owe(engine, "a", "b")
    with engine.begin() as connection:
        connection.execute(update(OUTBOX).where(OUTBOX.c.key == "a").values(failed_at=NOW, attempts=ATTEMPTS))
    dispatcher.run_once()

    assert retry_failed(engine, time.now) == 1
    assert dispatcher.run_once() == 1

    assert [effect.key for effect in hands.sent] == ["b", "a"]
    assert outbox(engine)["a"].attempts == 2, "the sender must know that one may have succeeded"


def test_an_effect_that_nobody_can_send_does_not_stop_the_others(
    dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    owe(engine, "broken", at=NOW - 1)
    owe(engine, "fine")

    def stumble() -> None:
        if hands.sent[-1].key == "broken":
            raise UnicodeEncodeError("ascii", "é", 0, 1, "not ASCII")

    hands.then = stumble
    assert dispatcher.run_once() == 2

    rows = outbox(engine)
    assert rows["broken"].done_at is None
    assert rows["broken"].next_attempt_at > NOW
    assert rows["fine"].done_at == NOW


def test_an_effect_whose_note_always_failed_is_not_sent_for_ever(
    dispatcher: Dispatcher, hands: Hands, engine: Engine
) -> None:
    owe(engine, "a")
    with engine.begin() as connection:
        connection.execute(update(OUTBOX).values(attempts=ATTEMPTS))

    assert dispatcher.run_once() == 0

    assert hands.sent == []
    assert outbox(engine)["a"].failed_at == NOW


def test_what_an_effect_carried_goes_once_it_is_done(dispatcher: Dispatcher, engine: Engine) -> None:
    owe(engine, "a")

    dispatcher.run_once()

    assert outbox(engine)["a"].payload is None


def test_a_lane_takes_its_own_effects_only(dispatcher: Dispatcher, hands: Hands, engine: Engine) -> None:
    owe(engine, "mine")
    owe(engine, "another's", destination="slack")

    assert dispatcher.run_once() == 1

    assert [effect.key for effect in hands.sent] == ["mine"]
    assert outbox(engine)["another's"].attempts == 0


def test_the_sender_is_told_which_attempt_it_is(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, time: Time
) -> None:
    owe(engine, "a")
    hands.answers = [EffectFailedError("500")]
    dispatcher.run_once()
    time.now = outbox(engine)["a"].next_attempt_at

    dispatcher.run_once()

    assert [effect.attempt for effect in hands.sent] == [1, 2]


def test_what_always_fails_does_not_keep_the_others_waiting(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, time: Time
) -> None:
    owe(engine, *(f"poison{n}" for n in range(30)), at=NOW - 10)
    owe(engine, "healthy")

    def stumble() -> None:
        if hands.sent[-1].key.startswith("poison"):
            raise EffectFailedError("502", everyone=True)

    hands.then = stumble
    for _ in range(200):
        if outbox(engine)["healthy"].done_at:
            break
        dispatcher.run_once()
        time.now += 60_000

    assert outbox(engine)["healthy"].done_at
    assert max(row.attempts for row in outbox(engine).values()) <= 2, "the least tried come first"


def test_an_effect_that_kills_the_process_uses_up_its_own_attempts_only(
    dispatcher: Dispatcher, hands: Hands, engine: Engine, time: Time
) -> None:
    owe(engine, *(f"k{n:02}" for n in range(20)))

    def die() -> None:
        if hands.sent[-1].key == "k00":
            raise KeyboardInterrupt

    hands.then = die
    for _ in range(4 * ATTEMPTS):
        with suppress(KeyboardInterrupt):
            dispatcher.run_once()
        time.now += LEASE_MS

    rows = outbox(engine)
    assert rows.pop("k00").failed_at
    assert all(row.done_at for row in rows.values())
