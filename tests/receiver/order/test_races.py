"""Races that are forced: a lock is held until all the rivals wait for it, and the erasure passes first, amid them or last."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from reference_impl.edge.session_token import SessionClaims
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.outcomes import Outcome
from reference_impl.store.dialects import is_postgresql
from reference_impl.store.locks import lock_key

from .arena import Arena, post, post_group
from .everything import ERASURE_KEY
from .gate import gate
from .history import Message
from .rows import rows
from .scenarios import ADDRESS, AMELIE, EVERYWHERE, Scenario, payload

BORIS = "user_3GkBorisBorisBorisBorisBor"
LATER_MS = 1_764_755_000_000


def _later(identifier: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data.update(id=identifier, updated_at=LATER_MS)

    return change


def _accepted_by_her(data: dict[str, Any]) -> None:
    data.update(email_address=ADDRESS, user_id=AMELIE, inviter_id=BORIS, public_inviter_data=None)


def _paid_by_her(data: dict[str, Any]) -> None:
    data["payer"] = {"user_id": AMELIE, "email": ADDRESS}


def news_of_her() -> list[Message]:
    """All that may reach the receiver about somebody at the moment when she is erased."""
    return [
        payload("user.updated", "msg_r1", _later(AMELIE)),
        payload("session.created", "msg_r2", _later("sess_late")),
        payload("organizationMembership.created", "msg_r3", _later("orgmem_late")),
        payload("organizationInvitation.accepted", "msg_r4", _accepted_by_her),
        payload("organizationInvitation.created", "msg_r5", _later("orginv_sent_by_her")),
        payload("subscription.active", "msg_r6", _paid_by_her),
        SessionClaims(AMELIE, LATER_MS // 1000, ADDRESS, "Amélie", "Tremblay", complete=True),
    ]


ERASURE = payload("user.deleted", "msg_erasure")


@pytest.mark.parametrize("rank", [0, 3, 7], ids=["first", "amid the others", "last"])
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_an_erasure_leaves_nothing_behind_wherever_it_passes_among_the_news(
    the_arena: Arena, rank: int, known: bool
) -> None:
    receiver, other = the_arena.receivers
    Scenario("", EVERYWHERE if known else (), ERASURE, disclosures=2 if known else 0).prepare(receiver)
    messages = news_of_her()
    messages.insert(rank, ERASURE)
    with gate(receiver.engine, [AMELIE]) as closed:
        answers = [
            closed.call(lambda message=message, turn=turn: post((receiver, other)[turn % 2], message))
            for turn, message in enumerate(messages)
        ]
    assert all(answer.result() for answer in answers)
    told = [f"art19/service-{n}/{Subjects(ERASURE_KEY)(f'{AMELIE}/ref-{n}')}" for n in (0, 1)]
    check_forgotten(the_arena, notices=told if known else [])


@pytest.mark.parametrize("svix_id", ["msg_a", "msg_r3z", "msg_z"], ids=["first", "amid the others", "last"])
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_an_erasure_received_in_one_group_with_the_news_leaves_nothing_behind(
    the_arena: Arena, svix_id: str, known: bool
) -> None:
    receiver = the_arena.receivers[0]
    Scenario("", EVERYWHERE if known else (), ERASURE).prepare(receiver)
    news = [message for message in news_of_her() if isinstance(message, VerifiedDelivery)]
    assert not post_group(receiver, [*news, payload("user.deleted", svix_id)])
    check_forgotten(the_arena, notices=[])


def check_forgotten(the_arena: Arena, notices: list[str]) -> None:
    """Nothing of her in any table; the notices; what she has done for others is kept."""
    found = rows(the_arena.receivers[0].engine, None)
    for trace in (AMELIE, ADDRESS, "Amélie", "Tremblay"):
        assert trace not in repr(found)
    assert len(found["erasure_register"]) == 1
    assert [row["key"] for row in found["outbox"] if row["kind"] == "art19"] == notices
    assert "orginv_sent_by_her" in {row["invitation_id"] for row in found["invitations"]}


def test_a_delivery_that_cites_many_people_waits_for_each_of_them(the_arena: Arena) -> None:
    receiver, other = the_arena.receivers
    names = (f"user_{number}" for number in range(1000))
    crowd = [name for name in names if lock_key(name) < lock_key(AMELIE)][:40]
    cited = payload("session.created", "msg_crowd", lambda data: data.update(friends=crowd))
    with gate(receiver.engine, [AMELIE]) as closed:
        answers = [closed.call(lambda: post(receiver, ERASURE)), closed.call(lambda: post(other, cited))]
    assert all(answer.result() for answer in answers)
    assert AMELIE not in repr(rows(receiver.engine, None))


def test_of_many_copies_at_once_one_is_processed(the_arena: Arena) -> None:
    receiver, other = the_arena.receivers
    delivery = payload("user.created", "msg_copies")
    with gate(receiver.engine, [AMELIE]) as closed:
        answers = [closed.call(lambda r=r: r.receive(delivery).outcome) for r in (receiver, other) * 3]
    outcomes = [answer.result() for answer in answers]
    assert sorted(outcomes) == [Outcome.DUPLICATE] * 5 + [Outcome.PROCESSED]


def test_when_the_first_copy_dies_another_that_waited_does_the_work(the_arena: Arena) -> None:
    """On SQLite the writer's death is that of its process: `test_crashes` has it."""
    receiver, other = the_arena.receivers
    with receiver.engine.connect() as connection:
        if not is_postgresql(connection):
            pytest.skip("SQLite has one writer, whose death is that of its process: test_crashes has it")
    delivery = payload("user.created", "msg_copies")
    with gate(receiver.engine, [AMELIE]) as closed:
        answers = [closed.call(lambda r=r: post(r, delivery)) for r in (receiver, other, receiver)]
        closed.watch.execute(_KILL_FIRST)
    assert sorted(answer.result() for answer in answers) == [False, True, True]
    found = rows(receiver.engine)
    assert len(found["users"]) == 1
    kinds = sorted(row["kind"] for row in found["outbox"])
    assert kinds == ["onboarding_reminder", "slack_message", "welcome_email"]


_KILL_FIRST = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE wait_event = 'advisory' AND datname = current_database()"
)


def test_deliveries_that_cite_the_same_two_people_never_wait_for_each_other_in_a_circle(
    the_arena: Arena,
) -> None:
    receiver = the_arena.receivers[0]
    batch = [_invitation(number, *pair) for number, pair in enumerate([(AMELIE, BORIS), (BORIS, AMELIE)] * 4)]
    with gate(receiver.engine, [AMELIE, BORIS]) as closed:
        answers = [
            closed.call(lambda d=d, n=n: post(the_arena.receivers[n % 2], d)) for n, d in enumerate(batch)
        ]
    assert all(answer.result() for answer in answers)


def test_two_people_who_invited_each_other_are_erased_at_once(the_arena: Arena) -> None:
    receiver = the_arena.receivers[0]
    for number, pair in enumerate([(AMELIE, BORIS), (BORIS, AMELIE)] * 3):
        assert post(receiver, _invitation(number, *pair))
    erasures = [_erasure(AMELIE), _erasure(BORIS)]
    with gate(receiver.engine, deliveries=["msg_invitation_4", "msg_invitation_5"]) as closed:
        answers = [
            closed.call(lambda d=d, n=n: post(the_arena.receivers[n], d)) for n, d in enumerate(erasures)
        ]
    assert all(answer.result() for answer in answers)
    assert not {AMELIE, BORIS} & set(_words(repr(rows(receiver.engine, None))))


def _erasure(person: str) -> VerifiedDelivery:
    return payload("user.deleted", f"msg_erasure_of_{person}", lambda data: data.update(id=person))


def _invitation(number: int, guest: str, host: str) -> VerifiedDelivery:
    def change(data: dict[str, Any]) -> None:
        data.update(id=f"orginv_{number}", user_id=guest, inviter_id=host, public_inviter_data=None)

    return payload("organizationInvitation.accepted", f"msg_invitation_{number}", change)


def _words(told: str) -> list[str]:
    return told.replace("'", " ").replace('"', " ").split()
