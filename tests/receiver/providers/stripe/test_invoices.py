"""Invoices that are paid, and the subscriptions that they activate."""

from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.providers.intake import Intake, Provider
from tests.receiver.providers.conftest import Listener

from .deliveries import SECOND, announced, authentic, invoice, payload, rows


@pytest.fixture
def receive(intake: Intake, stripe: Provider) -> Any:
    """Deliver an event and give its outcome."""
    return lambda told: intake.receive(stripe, authentic(told)).outcome


def ms(second: int) -> int:
    return (SECOND + second) * 1000


@pytest.mark.parametrize("reverse", [False, True])
def test_two_events_tell_of_one_invoice_and_activate_once(
    receive: Any, engine: Engine, listener: Listener, reverse: bool
) -> None:
    told = [invoice("paid", 1, 0), invoice("payment_succeeded", 2, 0)]
    for one in reversed(told) if reverse else told:
        receive(one)

    assert rows(engine, "invoices") == [
        {
            "invoice_id": "in_1",
            "customer_id": "cus_1",
            "subscription_id": "sub_1",
            "status": "paid",
            "amount_paid": 1900,
            "currency": "eur",
            "paid_at": ms(0),
            "event_at": ms(0),
            "event_id": "evt_0001",
        }
    ]
    assert rows(engine, "subscriptions") == [
        {
            "customer_id": "cus_1",
            "subscription_id": "sub_1",
            "active_since": ms(0),
            "last_invoice_id": "in_1",
            "last_paid_at": ms(0),
        }
    ]
    assert [news.key for news in listener.heard] == ["invoice.paid/in_1", "subscription.activated/sub_1"]
    told_of = {"invoice_id": "in_1", "subscription_id": "sub_1", "amount": 1900, "currency": "eur"}
    assert [news.payload for news in listener.heard] == [told_of] * 2


@pytest.mark.parametrize("reverse", [False, True])
def test_of_the_payloads_of_the_course_only_one_says_that_it_is_a_subscription(
    receive: Any, engine: Engine, reverse: bool
) -> None:
    names = ["invoice.paid", "invoice.payment_succeeded"]
    outcomes = [receive(payload(name)) for name in (reversed(names) if reverse else names)]

    assert outcomes == (["processed"] * 2 if reverse else ["processed", "stale"])
    assert rows(engine, "subscriptions") == [
        {
            "customer_id": "cus_Fictif01",
            "subscription_id": "",
            "active_since": 1_764_583_203_000,
            "last_invoice_id": "in_1Fictif01",
            "last_paid_at": 1_764_583_203_000,
        }
    ]
    assert rows(engine, "invoices")[0]["event_id"] == payload("invoice.paid")["id"]
    assert announced(engine) == ["invoice.paid/in_1Fictif01", "subscription.activated/in_1Fictif01"]


def test_an_invoice_that_is_paid_in_part_is_not_paid(receive: Any, engine: Engine) -> None:
    assert receive(invoice("payment_succeeded", 1, 0, status="open")) == "ignored"
    assert rows(engine, "invoices") == rows(engine, "subscriptions") == announced(engine) == []

    assert receive(invoice("paid", 2, 5)) == "processed"
    assert announced(engine) == ["invoice.paid/in_1", "subscription.activated/sub_1"]


def test_what_is_paid_outside_stripe_counts(receive: Any, engine: Engine) -> None:
    assert receive(invoice("paid", 1, 0, paid_out_of_band=True, amount_paid=0)) == "processed"
    assert len(rows(engine, "subscriptions")) == 1


def test_a_single_invoice_activates_nothing(receive: Any, engine: Engine) -> None:
    for number, reason in enumerate(["manual", None, "", 5, "a subscription"]):
        receive(invoice("paid", number, 0, id=f"in_{number}", billing_reason=reason))

    assert len(rows(engine, "invoices")) == 5
    assert rows(engine, "subscriptions") == []


def test_an_invoice_without_a_customer_activates_nobody(receive: Any, engine: Engine) -> None:
    assert receive(invoice("paid", 1, 0, customer=None)) == "processed"
    assert (len(rows(engine, "invoices")), rows(engine, "subscriptions")) == (1, [])


def test_the_former_place_of_the_subscription_is_read_too(receive: Any, engine: Engine) -> None:
    receive(invoice("paid", 1, 0, parent=None, subscription="sub_old"))
    assert [row["subscription_id"] for row in rows(engine, "subscriptions")] == ["sub_old"]


def test_the_instant_of_the_payment_is_the_one_stripe_tells(receive: Any, engine: Engine) -> None:
    receive(invoice("paid", 1, 5, status_transitions={"paid_at": SECOND + 2}))
    assert (rows(engine, "invoices")[0]["paid_at"], rows(engine, "subscriptions")[0]["active_since"]) == (
        ms(2),
        ms(2),
    )


@pytest.mark.parametrize("reverse", [False, True])
def test_the_next_invoices_prolong_the_subscription_without_a_second_activation(
    receive: Any, engine: Engine, reverse: bool
) -> None:
    told = [invoice("paid", month, month * 10, id=f"in_{month}") for month in (1, 2, 3)]

    outcomes = [receive(one) for one in (reversed(told) if reverse else told)]

    assert outcomes == ["processed"] * 3
    (row,) = rows(engine, "subscriptions")
    assert (row["active_since"], row["last_paid_at"], row["last_invoice_id"]) == (ms(10), ms(30), "in_3")
    assert announced(engine) == [
        *(f"invoice.paid/in_{month}" for month in (1, 2, 3)),
        "subscription.activated/sub_1",
    ]
