"""What could not be used waits, is listed, and is replayed once its cause is mended."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from reference_impl.app import build_receiver
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.privacy.erasure import erase_now
from reference_impl.receiving.receive import Receiver
from reference_impl.receiving.reprocess import NothingToReplayError, StillUnusableError, reprocess
from reference_impl.store.dead_letters import DEAD_LETTERS
from reference_impl.store.inbox import INBOX
from tests.receiver.edge.served import settings
from tests.receiver.privacy.people import A
from tests.receiver.privacy.scan import read_all, scan

from .commands import environment, invoke, run


@pytest.fixture
def receiver(database_url: str) -> Iterator[Receiver]:
    receiver = build_receiver(settings(database_url))
    yield receiver
    receiver.engine.dispose()


def deliver(receiver: Receiver, event: Any, svix_id: str = "msg_1") -> str:
    return str(receiver.receive(VerifiedDelivery(svix_id, json.dumps(event).encode(), 0)).outcome)


def nameless() -> dict[str, Any]:
    event = A.profile()
    del event["data"]["id"]
    return event


def test_an_unusable_delivery_is_listed_without_its_body_and_replayed_once_mended(
    receiver: Receiver, engine: Engine, database_url: str
) -> None:
    assert deliver(receiver, nameless()) == "dead"
    assert deliver(receiver, nameless()) == "duplicate"
    env = environment(database_url)
    listed = invoke("reprocess", "--list", env=env)
    assert listed.output == "msg_1  user.updated  no_id\n1 lettre(s) morte(s).\n"
    unmended = invoke("reprocess", "msg_1", env=env)
    assert unmended.exit_code == 2
    assert unmended.stderr == "Erreur : msg_1 ne peut toujours pas être traitée (no_id).\n"
    assert len(read_all(engine)["dead_letters"]) == 1

    with engine.begin() as connection:
        connection.execute(update(DEAD_LETTERS).values(body=json.dumps(A.profile()).encode()))
    mended = run("reprocess", "msg_1", env=env)

    assert (mended.returncode, mended.stdout, mended.stderr) == (0, "msg_1 : processed\n", "")
    rows = read_all(engine)
    assert [row["clerk_id"] for row in rows["users"]] == [A.clerk_id]
    assert rows["dead_letters"] == []
    assert [row["outcome"] for row in rows["inbox"]] == ["processed"]
    assert [row["kind"] for row in rows["outbox"]] == ["welcome_email"]
    assert deliver(receiver, A.profile()) == "duplicate"


def test_a_replay_that_fails_midway_loses_nothing(receiver: Receiver, engine: Engine) -> None:
    deliver(receiver, nameless())
    with engine.begin() as connection:
        connection.execute(update(DEAD_LETTERS).values(body=json.dumps(A.profile()).encode()))
        connection.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    before = read_all(engine)

    with pytest.raises(SQLAlchemyError):
        reprocess(receiver, "msg_1")
    assert read_all(engine) == before

    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO outbox"))
    assert reprocess(receiver, "msg_1") == "processed"


OWED = {"user.created": ["welcome_email"], "organizationMembership.created": ["admin_email"]}
"""The membership is an old one: what is news is that its role, spoiled by hand, is that of an administrator again."""


@pytest.mark.parametrize(
    ("name", "table", "column"),
    [
        ("user.created", "users", "first_name"),
        ("session.created", "sessions", "status"),
        ("organizationMembership.created", "memberships", "role"),
        ("subscription.created", "billing_snapshots", "status"),
    ],
)
def test_after_a_correction_of_the_code_the_same_version_is_written_again(
    name: str, table: str, column: str, receiver: Receiver, engine: Engine
) -> None:
    deliver(receiver, A.event(name))
    good = read_all(engine)[table]
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = 'what the bug wrote'"))

    assert reprocess(receiver, "msg_1") == "processed"

    again = read_all(engine)[table]
    for row in (*good, *again):
        row.pop("received_at", None)
    assert again == good
    kinds = [row["kind"] for row in read_all(engine)["outbox"]]
    assert kinds == OWED.get(name, []), "owed once, however often it is replayed"


def test_an_older_version_replayed_overwrites_nothing(receiver: Receiver, engine: Engine) -> None:
    deliver(receiver, A.event("user.created"), "msg_1")
    deliver(receiver, A.profile(), "msg_2")
    users = read_all(engine)["users"]

    assert reprocess(receiver, "msg_1") == "stale"
    assert read_all(engine)["users"] == users


def test_an_erased_person_is_not_revived_by_a_replay(receiver: Receiver, engine: Engine) -> None:
    deliver(receiver, A.event("user.created"))
    body = json.dumps(A.event("user.created")).encode()
    erase_now(receiver, A.clerk_id, cause="request")
    with engine.begin() as connection:  # a body that came back, by hand or from a backup
        connection.execute(update(INBOX).values(body=body))

    assert reprocess(receiver, "msg_1") == "stale"
    assert not read_all(engine)["users"]
    assert not scan(engine, set(A.markers().values()))


def test_what_cannot_be_replayed_says_why_and_what_to_do(receiver: Receiver, engine: Engine) -> None:
    with pytest.raises(NothingToReplayError, match=r"^msg_9 est inconnue ici\..*Replay"):
        reprocess(receiver, "msg_9")
    deliver(receiver, A.event("user.created"))
    with engine.begin() as connection:
        connection.execute(update(INBOX).values(body=None))
    with pytest.raises(NothingToReplayError, match=r"^Le corps de msg_1 n'est plus gardé\..*reconcile"):
        reprocess(receiver, "msg_1")
    with engine.begin() as connection:
        connection.execute(update(INBOX).values(body=b'{"type": "new.type", "data": {}}'))
    with pytest.raises(NothingToReplayError, match=r"n'est pas au catalogue"):
        reprocess(receiver, "msg_1")
    with engine.begin() as connection:
        connection.execute(update(INBOX).values(body=b"no json"))
    with pytest.raises(StillUnusableError, match=r"not_json"):
        reprocess(receiver, "msg_1")
    with engine.connect() as connection:
        assert connection.execute(select(INBOX.c.outcome)).scalars().all() == ["processed"]
