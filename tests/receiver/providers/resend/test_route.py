"""Resend over HTTP: what is answered, and what each answer leaves behind."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from tests.receiver.edge.served import Client
from tests.receiver.signing import SECRET, signed

from .deliveries import (
    EMAIL,
    OLD_SECRET,
    PAYLOADS,
    ROUTE,
    SECOND,
    announced,
    deliver,
    event,
    everything,
    outcomes,
    payload,
    rows,
    states,
)

INSTANT = (SECOND + 5) * 1000
"""When everything happened in the payloads, in ms."""


def test_the_nine_payloads_are_received_and_their_duplicates_change_nothing(
    client: Client, engine: Engine
) -> None:
    assert [deliver(client, body, name) for name, body in PAYLOADS.items()] == [204] * 9
    before = everything(engine)

    assert [deliver(client, body, name) for name, body in PAYLOADS.items()] == [204] * 9

    assert everything(engine) == before
    ignored = {"email.opened", "email.clicked"}
    assert len(outcomes(engine)) == 9
    assert outcomes(engine) == {name: "ignored" if name in ignored else "processed" for name in PAYLOADS}
    never = dict.fromkeys(("scheduled_at", "opened_at", "clicked_at"))
    known = ("sent", "delayed", "delivered", "failed", "suppressed", "bounced", "complained")
    assert rows(engine, "emails") == [
        {"email_id": EMAIL, "kind": "bienvenue", **never, **{f"{fact}_at": INSTANT for fact in known}}
    ]
    assert states(engine) == {EMAIL: "complained"}
    assert announced(engine) == [f"email.unusable/{EMAIL}"]


def test_openings_and_clicks_are_noted_only_where_that_was_asked_for(
    watching: Client, engine: Engine
) -> None:
    for name in ("email.opened", "email.clicked", "email.delivered"):
        assert deliver(watching, PAYLOADS[name], name) == 204

    (row,) = rows(engine, "emails")
    assert (row["opened_at"], row["clicked_at"]) == (INSTANT, INSTANT)
    assert states(engine) == {EMAIL: "clicked"}


@pytest.mark.parametrize(
    "kind",
    ["email.received", "contact.created", "contact.deleted", "domain.updated", "domain.x", "e", "scheduled"],
)
def test_what_is_no_fate_of_a_message_is_ignored(client: Client, engine: Engine, kind: str) -> None:
    told = {"type": kind, "created_at": "never", "data": {"id": "1", "email": "somebody@example.test"}}

    assert deliver(client, told, "msg_1") == deliver(client, told, "msg_1") == 204

    assert outcomes(engine) == {"msg_1": "ignored"}
    assert not rows(engine, "emails")


def test_a_message_that_is_scheduled_and_then_sent_is_sent(client: Client, engine: Engine) -> None:
    deliver(client, event("scheduled"), "msg_1")
    assert states(engine) == {EMAIL: "scheduled"}
    deliver(client, event("sent", 60), "msg_2")
    assert states(engine) == {EMAIL: "sent"}


@pytest.mark.parametrize("secret", ["whsec_" + "z" * 32, "whsec_" + "A" * 32])
def test_another_secret_is_refused_and_leaves_nothing(client: Client, engine: Engine, secret: str) -> None:
    assert deliver(client, payload("email.bounced"), "msg_1", secret=secret) == 400
    assert not any(everything(engine).values())


def test_the_former_secret_is_good_until_it_is_withdrawn(client: Client, engine: Engine) -> None:
    assert deliver(client, payload("email.sent"), "msg_1", secret=OLD_SECRET) == 204
    assert outcomes(engine) == {"msg_1": "processed"}


def test_what_was_not_signed_is_refused(client: Client, engine: Engine) -> None:
    body = PAYLOADS["email.bounced"]
    good = signed(body, svix_id="msg_1")
    old = signed(body, svix_id="msg_1", at=datetime.now(UTC) - timedelta(seconds=301))
    for headers, sent in (
        ({}, body),
        (good, body + b" "),
        ({**good, "svix-id": "msg_2"}, body),
        ({**good, "svix-signature": "v1,é=".encode("latin-1")}, body),
        ({**good, "svix-signature": "v1"}, body),
        (old, body),
        (signed(body, svix_id="m" * 256), body),
    ):
        assert client.request("POST", ROUTE, content=sent, headers=headers).status_code == 400
    assert not any(everything(engine).values())


def test_the_names_of_standard_webhooks_do_as_well(client: Client, engine: Engine) -> None:
    body = PAYLOADS["email.sent"]
    headers = {
        name.replace("svix-", "webhook-"): value for name, value in signed(body, svix_id="msg_1").items()
    }
    assert client.request("POST", ROUTE, content=body, headers=headers).status_code == 204
    assert outcomes(engine) == {"msg_1": "processed"}


@pytest.mark.parametrize("table", ["emails", "unusable_addresses", "outbox"])
def test_a_base_that_fails_has_written_nothing_and_the_next_attempt_succeeds(
    client: Client, engine: Engine, table: str
) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO elsewhere"))

    assert deliver(client, event("bounced"), "msg_1", secret=SECRET) == 503

    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE elsewhere RENAME TO {table}"))
    assert not any(everything(engine).values())
    assert deliver(client, event("bounced"), "msg_1") == 204
    assert states(engine) == {EMAIL: "bounced"}
    assert announced(engine) == [f"email.unusable/{EMAIL}"]
