"""The state of a payment, and what it announces."""

from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.stripe.provider import stripe_provider
from tests.receiver.providers.conftest import Listener, clock

from .deliveries import (
    SECOND,
    SECRET,
    TABLES,
    announced,
    authentic,
    event,
    outcomes,
    payload,
    payment,
    rows,
)

DECLINED = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "Carte de Zoé refusée."}


@pytest.fixture
def receive(intake: Intake, stripe: Provider) -> Any:
    """Deliver an event and give its outcome."""
    return lambda told: intake.receive(stripe, authentic(told)).outcome


def test_a_success_pays_the_order(receive: Any, engine: Engine, listener: Listener) -> None:
    assert receive(payload("payment_intent.succeeded")) == "processed"

    assert rows(engine, "payments") == [
        {
            "payment_intent_id": "pi_3Fictif0001",
            "order_id": "1042",
            "clerk_id": None,
            "customer_id": "cus_Fictif01",
            "status": "succeeded",
            "amount": 4900,
            "amount_received": 4900,
            "currency": "eur",
            "error_code": None,
            "unlinked": False,
            "event_at": 1_764_583_201_000,
            "event_id": "evt_1Fictif0000000000000000000001",
        }
    ]
    (news,) = listener.heard
    assert (news.type, news.key) == ("payment.succeeded", "payment.succeeded/pi_3Fictif0001")
    assert news.payload == {
        "payment_intent_id": "pi_3Fictif0001",
        "order_id": "1042",
        "amount": 4900,
        "amount_received": 4900,
        "currency": "eur",
    }


def test_a_failure_cancels_nothing_and_leaves_its_code_only(receive: Any, engine: Engine) -> None:
    receive(payload("payment_intent.payment_failed"))

    (row,) = rows(engine, "payments")
    assert (row["status"], row["error_code"]) == ("requires_payment_method", "insufficient_funds")
    assert announced(engine) == ["payment.failed/pi_3Fictif0001"]
    assert "refusée" not in repr([rows(engine, table) for table in TABLES])


def test_the_code_is_kept_where_there_is_no_decline_code(receive: Any, engine: Engine) -> None:
    receive(payment("payment_failed", 1, 0, last_payment_error={"code": "expired_card", "message": "Zoé"}))

    assert rows(engine, "payments")[0]["error_code"] == "expired_card"


def test_a_late_failure_does_not_undo_a_success(receive: Any, engine: Engine) -> None:
    assert receive(payment("succeeded", 2, 0)) == "processed"
    assert receive(payment("payment_failed", 1, 0, last_payment_error=DECLINED)) == "stale"
    assert receive(payment("payment_failed", 3, 9, last_payment_error=DECLINED)) == "stale"
    assert receive(payment("processing", 4, 9)) == "stale"

    (row,) = rows(engine, "payments")
    assert (row["status"], row["error_code"], row["event_id"]) == ("succeeded", None, "evt_0002")
    assert announced(engine) == ["payment.succeeded/pi_1"]


def test_a_payment_canceled_stays_so_whatever_comes_late(receive: Any, engine: Engine) -> None:
    assert receive(payment("canceled", 2, 0)) == "processed"
    assert receive(payment("payment_failed", 1, 5)) == "stale"

    assert rows(engine, "payments")[0]["status"] == "canceled"
    assert announced(engine) == ["payment.canceled/pi_1"]


def test_money_received_is_never_hidden_by_a_cancellation(receive: Any, engine: Engine) -> None:
    assert receive(payment("canceled", 2, 9)) == "processed"
    assert receive(payment("succeeded", 1, 0)) == "processed"
    assert receive(payment("canceled", 3, 10)) == "stale"

    assert rows(engine, "payments")[0]["status"] == "succeeded"


def test_the_customer_may_retry_and_fail_again(receive: Any, engine: Engine) -> None:
    told = [payment("payment_failed", 1, 0), payment("processing", 2, 5), payment("payment_failed", 3, 9)]

    assert [receive(one) for one in told] == ["processed"] * 3

    assert rows(engine, "payments")[0]["event_id"] == "evt_0003"
    assert announced(engine) == ["payment.failed/pi_1"], "the same fact, under the same key"


def test_processing_is_a_state_of_which_there_is_nothing_to_announce(receive: Any, engine: Engine) -> None:
    assert receive(payment("processing", 1, 0)) == "processed"

    assert rows(engine, "payments")[0]["status"] == "processing"
    assert announced(engine) == []


def test_within_the_same_second_a_failure_follows_the_processing(receive: Any, engine: Engine) -> None:
    assert receive(payment("payment_failed", 1, 0)) == "processed"
    assert receive(payment("processing", 2, 0)) == "stale"
    assert receive(payment("processing", 3, 1)) == "processed"


def test_neither_names_nor_cards_are_kept(receive: Any, engine: Engine) -> None:
    said = {
        "receipt_email": "zoe@example.com",
        "shipping": {"name": "Zoé Fictive", "address": {"line1": "1 rue Fictive"}},
        "description": "Commande de Zoé",
        "metadata": {"order_id": "1042", "name": "Zoé"},
        "last_payment_error": {**DECLINED, "payment_method": {"card": {"last4": "4242"}}},
        "charges": {
            "data": [{"receipt_url": "https://pay.example.com/zoe", "billing_details": {"name": "Zoé"}}]
        },
    }
    for number, kind in enumerate(("processing", "payment_failed", "canceled", "succeeded")):
        receive(payment(kind, number, number, **said))

    told = repr({table: rows(engine, table) for table in TABLES}).lower()
    assert "pi_1" in told
    assert not [trace for trace in ("zo", "fictive", "4242", "https") if trace in told]


@pytest.mark.parametrize(
    ("expected", "outcome"), [(None, "processed"), (False, "processed"), (True, "ignored")]
)
def test_a_payment_of_the_test_mode_pays_nothing_in_production(
    intake: Intake, engine: Engine, expected: bool | None, outcome: str
) -> None:
    chosen = stripe_provider([SECRET], clock, livemode=expected)

    receipt = intake.receive(chosen, authentic(payload("payment_intent.succeeded")))

    assert receipt.outcome == outcome
    assert len(rows(engine, "payments")) == len(announced(engine)) == (outcome == "processed")


@pytest.mark.parametrize("mode", [None, "true", 1, 0, [], "missing"])
@pytest.mark.parametrize("expected", [True, False])
def test_a_mode_that_is_not_told_is_not_the_expected_one(
    intake: Intake, engine: Engine, expected: bool, mode: Any
) -> None:
    told = {**payment("succeeded", 1, 0), "livemode": mode}
    if mode == "missing":
        del told["livemode"]

    receipt = intake.receive(stripe_provider([SECRET], clock, livemode=expected), authentic(told))

    assert receipt.outcome == "ignored"
    assert rows(engine, "payments") == []


def test_what_was_ignored_for_its_mode_is_processed_once_the_setting_is_corrected(
    intake: Intake, engine: Engine
) -> None:
    told = authentic(payment("succeeded", 1, 0))
    assert intake.receive(stripe_provider([SECRET], clock, livemode=True), told).outcome == "ignored"
    assert intake.receive(stripe_provider([SECRET], clock, livemode=False), told).outcome == "processed"
    assert outcomes(engine) == {"evt_0001": "processed"}


@pytest.mark.parametrize(
    "kind", ["payment_intent.created", "payment_intent.failed", "charge.succeeded", "customer.created", "x"]
)
def test_another_type_is_ignored(receive: Any, engine: Engine, kind: str) -> None:
    assert receive(event(kind, 1, 0, id="pi_1")) == "ignored"
    assert outcomes(engine) == {"evt_0001": "ignored"}
    assert rows(engine, "payments") == announced(engine) == []


def test_the_instants_are_milliseconds_in_the_base(receive: Any, engine: Engine) -> None:
    receive(payment("succeeded", 1, 7))
    assert rows(engine, "payments")[0]["event_at"] == (SECOND + 7) * 1000
