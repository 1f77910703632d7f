"""An erasure leaves nothing of a person in any table, and everything of the others."""

import json

import pytest
from sqlalchemy import Engine, select

from reference_impl.privacy.disclosures import disclose
from reference_impl.privacy.erasure import erase_now
from reference_impl.privacy.register import REGISTER
from reference_impl.receiving.receive import Receiver
from reference_impl.store.outbox import OUTBOX
from tests.receiver.edge.served import Client

from .people import BILLING, SESSIONS, A, B
from .scan import read_all, rows_without, scan

MARKERS = set(A.markers().values())


def notices(engine: Engine) -> list[dict]:
    with engine.connect() as connection:
        found = select(OUTBOX.c.payload, OUTBOX.c.clerk_id).where(OUTBOX.c.kind == "art19")
        rows = connection.execute(found.order_by(OUTBOX.c.key)).all()
    assert all(row.clerk_id is None for row in rows)
    return [row.payload for row in rows]


def erase_by(way: str, client: Client, receiver: Receiver) -> None:
    if way == "webhook":
        assert client.deliver(A.event("user.deleted")).status_code == 204
    else:
        assert erase_now(receiver, A.clerk_id, cause="request")


def test_before_an_erasure_the_scan_finds_every_datum(lived: Client, engine: Engine) -> None:
    assert {marker for _, _, marker in scan(engine, MARKERS)} == A.stored()


def test_of_an_ordinary_delivery_nothing_is_kept_of_who_acted_but_their_id(
    client: Client, engine: Engine
) -> None:
    client.deliver(A.event("organization.updated"))

    kept = {marker for _, _, marker in scan(engine, MARKERS)}
    assert kept == {A.clerk_id}  # `created_by`: neither the IP address nor the user agent


@pytest.mark.parametrize("way", ["webhook", "command"])
def test_after_an_erasure_nothing_of_the_person_is_in_any_table(
    way: str, lived: Client, receiver: Receiver, engine: Engine
) -> None:
    others = rows_without(engine, MARKERS)

    erase_by(way, lived, receiver)

    assert not scan(engine, MARKERS)
    lost = {row for row in others - rows_without(engine, MARKERS) if row[0] != "inbox_mentions"}
    assert not lost
    register = read_all(engine)["erasure_register"]
    assert [row["subject"] for row in register] == [receiver.subjects(A.clerk_id)]
    assert notices(engine) == [
        {"recipient": "crm", "recipient_ref": "crm-ref-4"},
        {"recipient": "mail", "recipient_ref": "mail-ref-4"},
    ]


def test_a_body_about_another_that_cites_the_person_is_emptied_and_its_row_stays(
    lived: Client, engine: Engine
) -> None:
    bodies = {row["svix_id"]: row for row in read_all(engine)["inbox"] if row["clerk_id"] == B.clerk_id}
    cited = {svix_id for svix_id, row in bodies.items() if row["body"] and A.clerk_id in row["body"]}
    assert cited

    lived.deliver(A.event("user.deleted"))

    after = {row["svix_id"]: row for row in read_all(engine)["inbox"]}
    for svix_id in bodies:
        expected = None if svix_id in cited else bodies[svix_id]["body"]
        assert after[svix_id] == {**bodies[svix_id], "body": expected}
    mentions = {row["svix_id"] for row in read_all(engine)["inbox_mentions"]}
    assert not cited & mentions


def test_late_events_leave_no_trace_in_any_table(lived: Client, receiver: Receiver, engine: Engine) -> None:
    erase_by("webhook", lived, receiver)
    rows = {name: len(found) for name, found in read_all(engine).items()}
    invited = A.event("organizationInvitation.accepted")
    invited["data"] |= {"id": "orginv_late", "user_id": A.clerk_id, "email_address": A.email}
    waiting = A.event("waitlistEntry.updated")  # an entry that was known before the erasure
    waiting["data"]["email_address"] = A.second
    known = A.event("organizationInvitation.created")
    known["data"]["email_address"] = A.email
    late = [A.profile(), A.event("user.created"), invited, waiting, known]
    late += [A.event(name) for name in (*SESSIONS, *BILLING)]
    late += [A.event(f"organizationMembership.{verb}") for verb in ("created", "updated", "deleted")]

    for event in late:
        assert lived.deliver(event).status_code == 204, event["type"]

    assert not scan(engine, MARKERS)
    grown = {name for name, found in read_all(engine).items() if len(found) > rows[name]}
    assert grown == {"inbox", "invitations", "memberships"}  # the last two are tombstones, which name nobody


def test_a_dead_letter_about_an_erased_person_is_counted_and_not_kept(
    lived: Client, receiver: Receiver, engine: Engine
) -> None:
    erase_by("webhook", lived, receiver)

    body = json.dumps(A.profile())[:-1].encode()
    assert lived.deliver(body, "msg_broken").status_code == 204

    (letter,) = [row for row in read_all(engine)["dead_letters"] if row["svix_id"] == "msg_broken"]
    assert letter["body"] is None
    assert not scan(engine, MARKERS)


def test_a_deletion_that_comes_twice_is_registered_and_told_once(
    lived: Client, receiver: Receiver, engine: Engine
) -> None:
    for _ in range(2):
        erase_by("webhook", lived, receiver)
    assert not erase_now(receiver, A.clerk_id, cause="request")

    assert len(read_all(engine)["erasure_register"]) == 1
    assert len(notices(engine)) == 2
    assert not scan(engine, MARKERS)


def test_of_two_deletions_the_oldest_dates_the_register(
    client: Client, receiver: Receiver, engine: Engine
) -> None:
    erase_now(receiver, A.clerk_id, cause="request")
    deleted = A.event("user.deleted")
    client.deliver(deleted)

    with engine.connect() as connection:
        row = connection.execute(select(REGISTER)).one()
    assert (row.erased_at, row.cause) == (deleted["timestamp"], "user.deleted")


def test_deleting_a_person_never_seen_blocks_their_return(
    client: Client, receiver: Receiver, engine: Engine
) -> None:
    erase_by("webhook", client, receiver)
    assert client.deliver(A.event("user.created")).status_code == 204

    assert not scan(engine, MARKERS)
    assert len(read_all(engine)["erasure_register"]) == 1


def test_a_disclosure_made_while_the_person_is_erased_is_told_at_once_and_not_kept(
    client: Client, receiver: Receiver, engine: Engine
) -> None:
    client.deliver(A.event("user.created"))
    erase_by("webhook", client, receiver)
    for _ in range(2):
        with receiver.engine.begin() as connection:
            disclose(connection, receiver.subjects, A.clerk_id, "mail", "ref-1", 5)

    assert notices(engine) == [{"recipient": "mail", "recipient_ref": "ref-1"}]
    assert not scan(engine, MARKERS)
    assert not read_all(engine)["disclosures"]
