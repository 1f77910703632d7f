"""The link between a person and their payments: exported, cut by an erasure, and never brought back."""

from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.privacy.register import Subjects, register
from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.stripe.payers import forget_payer, payments_of
from reference_impl.store.locks import lock_people
from tests.receiver.order.gate import gate
from tests.receiver.privacy.scan import scan

from .deliveries import NOW, announced, authentic, invoice, payment, rows

ZOE, KARIM = "user_3GkZoe000000000000000000000", "user_3GkKarim0000000000000000000"


def paid(person: str | None, number: int, kind: str = "succeeded", **fields: Any) -> dict[str, Any]:
    """An event about a payment by that person."""
    metadata = {"order_id": f"order {number}", **({"clerk_id": person} if person else {})}
    told = {"id": f"pi_{number}", "customer": f"cus_{person}", "metadata": metadata}
    return payment(kind, number, 0, **{**told, **fields})


def erase(engine: Engine, subjects: Subjects, person: str) -> None:
    """What an erasure does, as far as payments are concerned."""
    with engine.begin() as connection:
        lock_people(connection, [person])
        register(connection, subjects(person), NOW, "request")
        forget_payer(connection, person)


@pytest.fixture
def receive(intake: Intake, stripe: Provider) -> Any:
    """Deliver an event and give its outcome."""
    return lambda told: intake.receive(stripe, authentic(told)).outcome


def test_an_erasure_leaves_the_amounts_and_nothing_that_leads_to_the_person(
    receive: Any, engine: Engine, subjects: Subjects
) -> None:
    for number, person in enumerate([ZOE, ZOE, KARIM, None]):
        receive(paid(person, number, amount=1000 + number))
    before = rows(engine, "payments")

    erase(engine, subjects, ZOE)

    cut = {"clerk_id": None, "customer_id": None, "unlinked": True}
    assert rows(engine, "payments") == [{**row, **(cut if row["clerk_id"] == ZOE else {})} for row in before]
    assert [row["clerk_id"] for row in before] == [ZOE, ZOE, KARIM, None]
    assert not scan(engine, [ZOE])


def test_an_event_that_names_nobody_does_not_bring_the_link_of_the_erased_back(
    receive: Any, engine: Engine, subjects: Subjects
) -> None:
    receive(payment("payment_failed", 1, 0, metadata={"clerk_id": ZOE}))
    receive(payment("payment_failed", 2, 0, id="pi_2", metadata={}))  # of her subscription: it names nobody
    erase(engine, subjects, ZOE)

    receive(payment("canceled", 3, 5, metadata={}))

    assert [(row["status"], row["customer_id"]) for row in rows(engine, "payments")] == [
        ("canceled", None),
        ("requires_payment_method", None),
    ]


def test_the_customer_that_two_people_share_is_exported_to_neither(receive: Any, engine: Engine) -> None:
    for number, person in enumerate([ZOE, KARIM]):
        receive(payment("succeeded", number, 0, id=f"pi_{number}", metadata={"clerk_id": person}))
    receive(invoice("paid", 7, 0, billing_reason="subscription_cycle"))

    with engine.connect() as connection:
        found = {name: connection.execute(query).all() for name, query in payments_of(ZOE).items()}

    assert {name: len(lines) for name, lines in found.items()} == {
        "payments": 1,
        "invoices": 0,
        "subscriptions": 0,
    }


def test_what_arrives_after_the_erasure_pays_the_order_without_bringing_the_link_back(
    receive: Any, engine: Engine, subjects: Subjects
) -> None:
    receive(paid(ZOE, 1, "processing"))
    erase(engine, subjects, ZOE)

    assert [receive(paid(ZOE, 1, id="pi_1")), receive(paid(ZOE, 2)), receive(paid(KARIM, 3))] == [
        "duplicate",
        "processed",
        "processed",
    ]
    assert receive({**paid(ZOE, 1), "id": "evt_9999"}) == "processed"

    assert [
        (row["payment_intent_id"], row["status"], row["clerk_id"], row["customer_id"], row["order_id"])
        for row in rows(engine, "payments")
    ] == [
        ("pi_1", "succeeded", None, None, "order 1"),
        ("pi_2", "succeeded", None, None, "order 2"),
        ("pi_3", "succeeded", KARIM, f"cus_{KARIM}", "order 3"),
    ]
    assert announced(engine) == [f"payment.succeeded/pi_{number}" for number in (1, 2, 3)]
    assert not scan(engine, [ZOE])


@pytest.mark.parametrize("first", ["erasure", "payment"])
def test_a_payment_that_crosses_the_erasure_brings_no_link_back(
    receive: Any, engine: Engine, subjects: Subjects, first: str
) -> None:
    works = {
        "erasure": lambda: erase(engine, subjects, ZOE),
        "payment": lambda: receive(paid(ZOE, 1)),
    }
    with gate(engine, [ZOE]) as closed:
        calls = [closed.call(works[name]) for name in sorted(works, key=lambda name: name != first)]
    results = [call.result(20) for call in calls]

    assert "processed" in results
    assert [(row["status"], row["clerk_id"]) for row in rows(engine, "payments")] == [("succeeded", None)]
    assert not scan(engine, [ZOE])


def test_the_payments_of_a_person_are_found_for_the_export(receive: Any, engine: Engine) -> None:
    for number, person in enumerate([ZOE, KARIM, None]):
        receive(paid(person, number))

    with engine.connect() as connection:
        found = connection.execute(payments_of(ZOE)["payments"]).mappings().all()

    assert [dict(row) for row in found] == [row for row in rows(engine, "payments") if row["clerk_id"] == ZOE]
    assert len(found) == 1


def test_the_news_do_not_name_the_person(receive: Any, engine: Engine) -> None:
    receive(paid(ZOE, 1))

    assert announced(engine) == ["payment.succeeded/pi_1"]
    assert {table for table, _, _ in scan(engine, [ZOE])} == {"payments"}
