"""Every known payload, plain or with fields that nobody has seen yet."""

from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.catalogue import CATALOGUE
from reference_impl.catalogue.entries import NEVER_KEPT
from reference_impl.tables import InboxRow
from tests.receiver.edge.served import Client

from .fixtures import EDGE, ORDINARY, body, contents, emptied, event, table_rows

FORESEEN = {"subscriptionItem.created", "waitlistEntry.deleted"}
"""In the catalogue because their families have them, and in no payload."""


def test_the_payloads_are_the_catalogue() -> None:
    assert set(ORDINARY) | FORESEEN == set(CATALOGUE) | NEVER_KEPT


def test_every_payload_is_accepted_and_none_of_them_dies(client: Client, engine: Engine) -> None:
    for name in (*ORDINARY, *EDGE):
        for svix_id in (f"msg_{name}", f"msg_{name}", f"msg_again_{name}"):
            answer = client.deliver(body(name), svix_id)
            assert (answer.status_code, answer.content) == (204, b""), name
    outcomes = {row["svix_id"]: row["outcome"] for row in table_rows(engine, InboxRow)}
    assert len(outcomes) == 2 * len(ORDINARY + EDGE), "one row a delivery, however often it came"
    assert set(outcomes.values()) == {"processed", "stale", "ignored"}
    for name in NEVER_KEPT:
        assert outcomes[f"msg_{name}"] == "ignored"


@pytest.mark.parametrize("name", ["edge/unknown.event_type", "email.created", "sms.created"])
def test_what_is_not_in_the_catalogue_leaves_its_type_and_no_body(
    client: Client, engine: Engine, name: str
) -> None:
    assert client.deliver(body(name), "msg_1").status_code == 204
    found = contents(engine)
    (row,) = found.pop("inbox")
    assert not any(found.values()), "no other row anywhere"
    del row["received_at"]
    assert row == {
        "svix_id": "msg_1",
        "type": event(name)["type"],
        "outcome": "ignored",
        "resource_id": None,
        "clerk_id": None,
        "secret_index": 0,
        "body": None,
    }


def enriched(value: Any) -> Any:
    """The same JSON, with fields nobody has seen yet in every object, and items of them in every list of objects.

    Metadata are the application's own: they are kept as they are.
    """
    if isinstance(value, dict):
        inner = {name: item if name.endswith("metadata") else enriched(item) for name, item in value.items()}
        return {"a_new_field": {"list": [1, "é", None, {"deep": [True]}]}, **inner, "zz_new": 1.5, "": []}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [enriched(item) for item in value] + [{"a_new_field": 1}]
    return value


OUR_TIME = {"received_at", "first_seen_at", "next_attempt_at", "created_at"}
COPIES = {"body", "snapshot"}


def written(engine: Engine) -> dict[str, Any]:
    """What the database holds, but for our own clock and the kept copies of what was sent."""
    return {
        table: sorted(
            repr(
                {
                    name: value
                    for name, value in row.items()
                    if name not in COPIES and not (table != "sessions" and name in OUR_TIME)
                }
            )
            for row in rows
        )
        for table, rows in contents(engine).items()
    }


def test_fields_that_nobody_has_seen_yet_change_nothing(client: Client, engine: Engine) -> None:
    names = [name for name in (*ORDINARY, *EDGE) if "deleted" not in name]
    for name in names:
        client.deliver(event(name), f"msg_{name}")
    plain = written(engine)
    emptied(engine)
    for name in names:
        assert client.deliver(enriched(event(name)), f"msg_{name}").status_code == 204
    assert written(engine) == plain


def test_a_type_that_does_not_exist_yet_is_ignored_whatever_it_carries(
    client: Client, engine: Engine
) -> None:
    for number, data in enumerate(
        [None, {}, [], "x", 5, {"id": 5}, {"id": "user_A", "email": "ada@example.test"}]
    ):
        answer = client.deliver({"type": "passkey.shared", "data": data}, f"msg_{number}")
        assert answer.status_code == 204
    assert {(row["outcome"], row["body"]) for row in table_rows(engine, InboxRow)} == {("ignored", None)}
    assert "ada@example.test" not in repr(contents(engine))
