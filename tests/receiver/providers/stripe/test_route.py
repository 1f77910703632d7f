"""Stripe over HTTP: what is answered, and what each answer leaves behind."""

import pytest
from sqlalchemy import Engine, text

from tests.receiver.edge.served import Client
from tests.receiver.providers.conftest import Listener

from .deliveries import (
    NOW,
    OLD_SECRET,
    PAYLOADS,
    ROUTE,
    TABLES,
    announced,
    bytes_of,
    deliver,
    outcomes,
    payload,
    payment,
    rows,
    signature,
)


def test_the_payloads_of_the_course_are_processed_and_their_duplicates_change_nothing(
    client: Client, engine: Engine
) -> None:
    assert [deliver(client, body) for body in PAYLOADS.values()] == [204] * 4
    before = {table: rows(engine, table) for table in TABLES}

    assert [deliver(client, body) for body in PAYLOADS.values()] == [204] * 4

    assert {table: rows(engine, table) for table in TABLES} == before
    assert {row["status"] for row in before["payments"]} == {"succeeded"}
    assert set(announced(engine)) >= {"payment.succeeded/pi_3Fictif0001", "invoice.paid/in_1Fictif01"}


def test_a_failure_and_then_a_success_are_each_announced_once(
    client: Client, engine: Engine, listener: Listener
) -> None:
    for name in ("payment_intent.payment_failed", "payment_intent.succeeded"):
        later = {**payload(name), "created": payload("payment_intent.payment_failed")["created"]}
        assert deliver(client, later) == deliver(client, later) == 204

    assert [news.type for news in listener.heard] == ["payment.failed", "payment.succeeded"]
    assert rows(engine, "payments")[0]["order_id"] == "1042"


@pytest.mark.parametrize("secret", ["whsec_another-secret", "", "a-signing-secret-of-the-tests"])
def test_another_secret_is_refused_and_leaves_nothing(client: Client, engine: Engine, secret: str) -> None:
    assert deliver(client, payload("payment_intent.succeeded"), secret=secret) == 400
    assert not any(rows(engine, table) for table in TABLES)


def test_the_former_secret_is_good_until_it_is_withdrawn(client: Client, engine: Engine) -> None:
    assert deliver(client, payload("payment_intent.succeeded"), secret=OLD_SECRET) == 204
    assert len(rows(engine, "payments")) == 1


def test_an_old_delivery_is_refused(client: Client, engine: Engine) -> None:
    assert deliver(client, payload("payment_intent.succeeded"), at=NOW // 1000 - 301) == 400
    assert deliver(client, payload("payment_intent.succeeded"), at=NOW // 1000 + 301) == 400
    assert outcomes(engine) == {}


def test_of_a_header_given_twice_only_a_good_one_is_believed(client: Client, engine: Engine) -> None:
    body, at = PAYLOADS["payment_intent.succeeded"], NOW // 1000
    good, bad = f"t={at},v1={signature(body, at)}", f"t={at},v1={'0' * 64}"
    for given, answer in (([bad, bad], 400), ([f"{good},{bad}"], 400), ([bad], 400), ([good, bad], 204)):
        headers = [("stripe-signature", header) for header in given]
        assert client.request("POST", ROUTE, content=body, headers=headers).status_code == answer
        assert len(outcomes(engine)) == (answer == 204)


def test_a_header_that_is_not_ascii_is_refused(client: Client, engine: Engine) -> None:
    headers = [(b"stripe-signature", f"t={NOW // 1000},v1=é".encode())]
    assert client.request("POST", ROUTE, content=b"{}", headers=headers).status_code == 400
    assert outcomes(engine) == {}


def test_a_base_that_fails_is_a_503_and_the_next_attempt_succeeds(client: Client, engine: Engine) -> None:
    paid = bytes_of(payment("succeeded", 1, 0))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE payments RENAME TO elsewhere"))

    assert deliver(client, paid) == 503

    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO payments"))
    assert outcomes(engine) == {}, "the delivery is not known yet, or the next attempt would be a duplicate"
    assert deliver(client, paid) == 204
    assert outcomes(engine) == {"evt_0001": "processed"}
    assert announced(engine) == ["payment.succeeded/pi_1"]


def test_a_base_that_fails_at_the_last_write_has_written_nothing(
    client: Client, engine: Engine, listener: Listener
) -> None:
    paid = bytes_of(payment("succeeded", 1, 0))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))

    assert deliver(client, paid) == 503

    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO outbox"))
    assert len(listener.heard) == 1, "the reaction ran: what failed came after the payment"
    assert not any(rows(engine, table) for table in TABLES)
    assert deliver(client, paid) == 204
    assert (len(rows(engine, "payments")), announced(engine)) == (1, ["payment.succeeded/pi_1"])
