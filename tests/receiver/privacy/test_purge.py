"""Retention: what is no longer of use goes, in small batches, and a duplicate is still recognised."""

import pytest
from sqlalchemy import Engine, event, func, insert, select

from reference_impl.privacy.purge import DAY_MS, Retention, purge
from reference_impl.store.dead_letters import DEAD_LETTERS
from reference_impl.store.inbox import INBOX, MENTIONS
from reference_impl.store.outbox import OUTBOX
from reference_impl.tables import (
    ActivityWeek,
    Alert,
    Email,
    EmailInbox,
    Session,
    SessionSignal,
    ShippingInbox,
    StripeInbox,
)
from tests.receiver.edge.served import Client

from .people import A, B, impersonated

SESSIONS = Session.__table__
ACTIVITY, ALERTS, SIGNALS = ActivityWeek.__table__, Alert.__table__, SessionSignal.__table__
EMAILS, BY_EMAIL = Email.__table__, EmailInbox.__table__
SHIPPING, STRIPE = ShippingInbox.__table__, StripeInbox.__table__
DAYS = Retention(bodies=30, inbox=90, sessions=90)
NOW = 1_800_000_000_000


def old(days: float) -> int:
    return NOW - int(days * DAY_MS)


def fill(engine: Engine) -> None:
    """One row just within and one just beyond each limit, in each table."""
    with engine.begin() as connection:
        for days in (29.9, 30.1, 89.9, 90.1):
            name = f"msg_{days}"
            row = {"svix_id": name, "type": "t", "received_at": old(days)}
            connection.execute(insert(INBOX).values(**row, outcome="processed", secret_index=0, body=b"{}"))
            connection.execute(insert(MENTIONS).values(svix_id=name, clerk_id="user_x"))
            connection.execute(insert(DEAD_LETTERS).values(**row, reason="r", body=b"{}"))
            effect = {"key": name, "kind": "k", "destination": "d", "created_at": 1, "attempts": 1}
            connection.execute(insert(OUTBOX).values(**effect, done_at=old(days)))
            session = {"session_id": name, "clerk_id": "u", "status": "active", "clerk_updated_at": 1}
            connection.execute(insert(SESSIONS).values(**session, expire_at=old(days)))
        due = {
            "key": "due",
            "kind": "k",
            "destination": "d",
            "created_at": 1,
            "attempts": 0,
            "next_attempt_at": 1,
        }
        connection.execute(insert(OUTBOX).values(**due))


def fill_scenarios(engine: Engine) -> None:
    """The same for the tables of the scenarios and of the other senders."""
    with engine.begin() as connection:
        for days in (89.9, 90.1):
            row = {"rule": "r", "clerk_id": "u", "at": 1, "created_at": old(days)}
            connection.execute(insert(ALERTS).values(**row, alert_id=f"a{days}"))
            connection.execute(insert(SIGNALS).values(**row, alert_id="a", signal_id=f"s{days}", value="v"))
            delivery = {"delivery_id": f"d{days}", "type": "t", "outcome": "processed"}
            for inbox in (STRIPE, BY_EMAIL, SHIPPING):
                connection.execute(insert(inbox).values(**delivery, received_at=old(days)))
            connection.execute(insert(EMAILS).values(email_id=f"e{days}", delivered_at=old(days)))
        for days in (734.9, 735.1):
            connection.execute(insert(ACTIVITY).values(clerk_id="u", week=old(days)))


def keys(engine: Engine, column) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(column).order_by(column)).scalars())


def test_what_is_older_than_its_limit_goes_and_nothing_else(engine: Engine) -> None:
    fill(engine)
    fill_scenarios(engine)

    counts = purge(engine, DAYS, NOW)

    kept_too = dict.fromkeys(("session_signals", "alerts", "activity_weeks", "emails"), 1)
    inboxes = dict.fromkeys(("stripe_inbox", "email_inbox"), 1)
    mirror = {"bodies": 3, "inbox": 1, "dead_letters": 1, "outbox": 1, "sessions": 1}
    assert counts == {**mirror, **kept_too, **inboxes}
    assert keys(engine, ACTIVITY.c.week) == [old(734.9)]
    for table in (SIGNALS, ALERTS, EMAILS, STRIPE, BY_EMAIL):
        assert len(keys(engine, next(iter(table.primary_key)))) == 1, table.name
    assert len(keys(engine, SHIPPING.c.delivery_id)) == 2  # nothing dates a delivery of EasyPost
    kept = ["msg_29.9", "msg_30.1", "msg_89.9"]
    assert keys(engine, INBOX.c.svix_id) == keys(engine, DEAD_LETTERS.c.svix_id) == kept
    assert keys(engine, SESSIONS.c.session_id) == kept
    assert keys(engine, OUTBOX.c.key) == ["due", *kept]  # what is due waits, however old
    with engine.connect() as connection:
        bodies = connection.execute(select(INBOX.c.svix_id).where(INBOX.c.body.is_not(None))).scalars().all()
    assert bodies == keys(engine, MENTIONS.c.svix_id) == ["msg_29.9"]
    assert set(purge(engine, DAYS, NOW).values()) == {0}


def test_it_works_in_short_transactions_of_one_batch(engine: Engine) -> None:
    rows = [
        {"svix_id": f"msg_{n:05}", "type": "t", "outcome": "processed", "received_at": 1, "secret_index": 0}
        for n in range(250)
    ]
    with engine.begin() as connection:
        connection.execute(insert(INBOX), [{**row, "body": b"{}"} for row in rows])
    changed: list[int] = []

    @event.listens_for(engine, "after_cursor_execute")
    def note(connection, cursor, statement, *_others) -> None:
        if statement.startswith(("UPDATE inbox", "DELETE FROM inbox ")):
            changed.append(cursor.rowcount)

    counts = purge(engine, DAYS, NOW, batch=100)

    assert counts["bodies"] == counts["inbox"] == 250
    assert changed == [100, 100, 50] * 2


def test_a_duplicate_is_recognised_after_its_body_is_purged(client: Client, engine: Engine) -> None:
    told = A.event("user.created")
    client.deliver(told, "msg_1")
    client.deliver(impersonated(A, B), "msg_2")
    with engine.begin() as connection:
        last = connection.execute(select(func.max(INBOX.c.received_at))).scalar_one()

    counts = purge(engine, DAYS, last + 31 * DAY_MS)

    assert (counts["bodies"], counts["inbox"]) == (2, 0)
    assert keys(engine, MENTIONS.c.svix_id) == []
    told["data"]["updated_at"] += 1_000_000
    told["data"]["first_name"] = "Autre"
    assert client.deliver(told, "msg_1").status_code == 204
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT first_name FROM users").scalars().all() != ["Autre"]


@pytest.mark.parametrize("batch", [1, 3, 4, 5])
def test_every_size_of_batch_gives_the_same_rows(batch: int, engine: Engine) -> None:
    fill(engine)
    fill_scenarios(engine)

    assert sum(purge(engine, DAYS, NOW, batch=batch).values()) == 7 + 6
