"""Where one must not write any more: which events say so, of whom, and how the list is kept."""

from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.privacy.register import Subjects
from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.resend.addresses import is_unusable
from reference_impl.providers.resend.recipients import plain_address
from reference_impl.receiving.reactions import News
from tests.receiver.providers.conftest import Listener

from .deliveries import ADDRESS, EMAIL, SECOND, announced, authentic, bounce, event, rows, states


@pytest.fixture
def told(intake: Intake, resend: Provider) -> Any:
    """Receive events one after the other; give their outcomes."""

    def tell(*events: dict[str, Any]) -> list[str]:
        start = len(received)
        received.extend(events)
        return [
            str(intake.receive(resend, authentic(one, f"msg_{number}")).outcome)
            for number, one in enumerate(events, start)
        ]

    received: list[dict[str, Any]] = []
    return tell


def unusable(engine: Engine, subjects: Subjects, address: str = ADDRESS) -> bool:
    with engine.connect() as connection:
        return is_unusable(connection, subjects, address)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (bounce("Permanent"), "bounced"),
        (event("complained"), "complained"),
        (event("suppressed"), "suppressed"),
    ],
    ids=["bounce", "complaint", "suppression"],
)
def test_an_address_that_is_lost_is_noted_and_announced(
    told: Any, engine: Engine, subjects: Subjects, listener: Listener, one: dict[str, Any], reason: str
) -> None:
    assert not unusable(engine, subjects)

    assert told(one) == ["processed"]

    assert unusable(engine, subjects)
    assert unusable(engine, subjects, f"Amélie <{ADDRESS.upper()}>")
    assert not unusable(engine, subjects, "another@example.com")
    assert not unusable(engine, subjects, "no address")
    assert not unusable(engine, Subjects("another key"))
    assert rows(engine, "unusable_addresses") == [
        {"fingerprint": subjects(ADDRESS), "reason": reason, "since": SECOND * 1000}
    ]
    assert listener.heard == [
        News("email.unusable", f"email.unusable/{EMAIL}", {"email_id": EMAIL, "reason": reason})
    ]


@pytest.mark.parametrize(
    "kind", ["Transient", "Temporary", "Undetermined", "permanent", "", None, 5, ["Permanent"]]
)
def test_a_bounce_that_may_heal_spares_the_address(
    told: Any, engine: Engine, subjects: Subjects, kind: Any
) -> None:
    assert told(bounce(kind)) == ["processed"]

    assert states(engine) == {EMAIL: "bounced"}
    assert not unusable(engine, subjects)
    assert announced(engine) == []


@pytest.mark.parametrize("kind", ["sent", "delivered", "delivery_delayed", "failed", "scheduled"])
def test_any_other_fate_spares_the_address(told: Any, engine: Engine, subjects: Subjects, kind: str) -> None:
    assert told(event(kind, bounce={"type": "Permanent"})) == ["processed"]
    assert not unusable(engine, subjects)


def test_a_permanent_bounce_after_one_that_might_heal_still_counts(
    told: Any, engine: Engine, subjects: Subjects
) -> None:
    assert told(bounce("Transient"), bounce("Permanent")) == ["processed", "processed"]
    assert unusable(engine, subjects)


def test_an_address_is_announced_once_whatever_message_reveals_it_again(
    told: Any, engine: Engine, listener: Listener
) -> None:
    told(
        bounce("Permanent", 5),
        event("complained", 3, email_id="second"),
        event("suppressed", 9, email_id="third"),
    )

    assert [news.payload["email_id"] for news in listener.heard] == [EMAIL]
    (row,) = rows(engine, "unusable_addresses")
    assert (row["reason"], row["since"]) == ("complained", (SECOND + 3) * 1000), "of the earliest fact"


@pytest.mark.parametrize(
    "fields",
    [
        {"to": [f"Tremblay, Amélie <{ADDRESS}>"]},
        {"to": [f'"Amélie @ home" <{ADDRESS.title()}>']},
        {"to": [ADDRESS, ADDRESS.upper()]},
        {"to": f"  {ADDRESS} "},
        {"to": [], "cc": [ADDRESS], "bcc": None},
        {"to": [ADDRESS], "cc": [], "bcc": ""},
    ],
)
def test_one_recipient_is_found_however_it_is_written(
    told: Any, engine: Engine, subjects: Subjects, fields: dict[str, Any]
) -> None:
    assert told(event("complained", **fields)) == ["processed"]
    assert unusable(engine, subjects)
    assert len(rows(engine, "unusable_addresses")) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"to": [ADDRESS, "b@example.com"]},
        {"to": [f"{ADDRESS}, b@example.com"]},
        {"to": [f"{ADDRESS} <b@example.com>"]},
        {"to": [ADDRESS], "cc": ["b@example.com"]},
        {"to": [ADDRESS], "bcc": "b@example.com"},
        {"to": [ADDRESS, 5]},
        {"to": [ADDRESS, None]},
        {"to": []},
        {"to": None},
        {"to": 5},
        {"to": {"email": ADDRESS}},
        {"to": ["nobody"]},
        {"to": [""]},
        {"to": [[ADDRESS]]},
    ],
)
def test_where_one_cannot_tell_whose_fate_it_is_nobody_is_condemned(
    told: Any, engine: Engine, fields: dict[str, Any]
) -> None:
    assert told(event("bounced", **fields)) == ["processed"]
    assert states(engine) == {EMAIL: "bounced"}
    assert rows(engine, "unusable_addresses") == []
    assert announced(engine) == []


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("a@b.test", "a@b.test"),
        ("<A@B.test>", "a@b.test"),
        ("Zoé <zoé@exemple.test>", "zoé@exemple.test"),
        ('"<x@y.test>" <a@b.test>', "a@b.test"),
        ("a@b@c", None),
        ("a@b.test <", None),
        ("a b@c.test", None),
        ("@b.test", None),
        ("a@", None),
        ('"' * 300_001, None),
        ("<" * 300_000, None),
        (" " * 300_000, None),
    ],
)  # fmt: skip
def test_an_address_is_read_only_where_there_is_exactly_one(written: str, plain: str | None) -> None:
    assert plain_address(written) == plain
