"""What is signed but strange is answered 204: Stripe would send it again for three days, for nothing."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.receiver.catalogue.fixtures import MISSING, changed, paths
from tests.receiver.edge.served import Client

from .deliveries import PAYLOADS, deliver, invoice, outcomes, payment, rows

LONG = "".join(chr(97 + n * 7919 % 26) for n in range(20_000))

STRANGE: list[Any] = [
    MISSING, None, True, 0, -1, 1.5, 2**31, 2**63, 10**30, "", "x", "\x00", "a\ud800", LONG, [], [None], {}, {"id": 5},
]  # fmt: skip


def test_each_field_may_hold_anything(client: Client, engine: Engine) -> None:
    full = [
        payment(
            "payment_failed", 1, 0, last_payment_error={"code": "c", "decline_code": "d"}, amount_received=0
        ),
        invoice("paid", 2, 0, status_transitions={"paid_at": 1}, subscription="sub_2"),
    ]
    sent = 0
    for document in (*full, *(json.loads(body) for body in PAYLOADS.values())):
        for path in paths(document, 5):
            for value in STRANGE:
                told = changed(document, path, value)
                if path != ("id",):
                    sent += 1
                    told["id"] = f"evt_{sent}"
                assert deliver(client, told) == 204, (path, value)

    found = outcomes(engine)
    assert set(found.values()) == {"processed", "stale", "ignored", "dead"}
    assert len(found) >= sent, "each of them is noted, under its id or a fingerprint"
    for row in rows(engine, "payments") + rows(engine, "invoices") + rows(engine, "subscriptions"):
        assert all(len(value) <= 255 for value in row.values() if isinstance(value, str))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"not json", "not_json"),
        (b"\xff\xfe{", "not_json"),
        (b"[1]", "not_an_object"),
        (b"null", "not_an_object"),
        (b"{}", "no_id"),
        (b"[" * 100_000, "not_json"),
        (b'{"a": ' * 100 + b"1" + b"}" * 100, "too_deep"),
        (b'{"id": "evt_1", "n": 1e999}', "not_json"),
        (b'{"id": "evt_1", "n": NaN}', "not_json"),
        (b'{"id": "evt_1"}', "no_type"),
        (b'{"id": 5, "type": "invoice.paid"}', "no_id"),
        (json.dumps({"id": "e" * 256, "type": "invoice.paid"}).encode(), "no_id"),
        (b'{"id": "evt_1", "type": "invoice.paid"}', "no_object_id"),
        (b'{"id": "evt_1", "type": "invoice.paid", "data": [], "created": 1}', "no_object_id"),
        (b'{"id": "evt_1", "type": "invoice.paid", "data": {"object": {"id": "in_1"}}}', "no_time"),
        (b'{"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}, "created": -1}',
         "no_time"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_noted_with_its_reason(
    client: Client, engine: Engine, body: bytes, reason: str
) -> None:
    assert deliver(client, body) == deliver(client, body) == 204

    (row,) = rows(engine, "stripe_inbox")
    assert (row["outcome"], row["reason"]) == ("dead", reason)
    assert row["delivery_id"] == "evt_1" or row["delivery_id"].startswith("sha256:")


def test_an_event_that_was_dead_is_processed_when_it_can_be(client: Client, engine: Engine) -> None:
    whole = payment("succeeded", 1, 0)
    assert deliver(client, {**whole, "created": None}) == 204
    assert outcomes(engine) == {"evt_0001": "dead"}

    assert deliver(client, whole) == 204
    assert outcomes(engine) == {"evt_0001": "processed"}
    assert rows(engine, "payments")[0]["status"] == "succeeded"
    assert rows(engine, "stripe_inbox")[0]["reason"] is None


def test_an_amount_that_no_column_holds_is_left_out(client: Client, engine: Engine) -> None:
    for number, amount in enumerate([2**63 - 1, 2**63, -1, True, "4900", 49.0]):
        deliver(client, payment("succeeded", number, 0, id=f"pi_{number}", amount=amount))

    assert [row["amount"] for row in rows(engine, "payments")] == [2**63 - 1, None, None, None, None, None]
