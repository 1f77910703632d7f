"""What is signed but strange is answered 204: Svix would send it again for a day, for nothing."""

import json
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine

from reference_impl.edge.envelope import iso_instant
from tests.receiver.catalogue.fixtures import MISSING, changed, paths
from tests.receiver.edge.served import Client

from .deliveries import PAYLOADS, SECOND, deliver, event, outcomes, reasons, rows

LONG = "".join(chr(97 + n * 7919 % 26) for n in range(20_000))

STRANGE: list[Any] = [
    MISSING, None, True, 0, -1, 1.5, 2**63, 10**30, "", "\x00", "a\ud800", LONG, LONG + "@b.test", [], [None], {},
    {"id": 5}, [{"name": "kind"}], [{"name": "kind", "value": 5}, {"name": 5}, 5], {"kind": ["x"]},
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
]  # fmt: skip


def test_each_field_may_hold_anything(watching: Client, engine: Engine) -> None:
    numbers = count()
    chosen = ("email.bounced", "email.clicked", "email.complained")
    for document in (event("bounced"), *(json.loads(PAYLOADS[name]) for name in chosen)):
        for path in paths(document, 4):
            for value in STRANGE:
                told = changed(document, path, value)
                assert deliver(watching, told, f"msg_{next(numbers)}") == 204, (path, value)

    found = outcomes(engine)
    assert len(found) == next(numbers)
    assert set(found.values()) == {"processed", "stale", "ignored", "dead"}
    assert set(reasons(engine).values()) == {None, "no_type", "no_email_id", "no_time"}
    for table in ("emails", "unusable_addresses"):
        for row in rows(engine, table):
            assert all(len(value) <= 255 for value in row.values() if isinstance(value, str))
            assert all(0 <= value < 2**63 for value in row.values() if isinstance(value, int))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"not json", "not_json"),
        (b"[1]", "not_an_object"),
        (b"null", "not_an_object"),
        (b"{}", "no_type"),
        (b'{"type": 5}', "no_type"),
        (json.dumps({"type": "t" * 256}).encode(), "no_type"),
        (b"[" * 100_000, "not_json"),
        (b'{"a": ' * 100 + b"1" + b"}" * 100, "too_deep"),
        (b'{"type": "email.sent", "n": NaN}', "not_json"),
        (b'{"type": "email.sent"}', "no_email_id"),
        (b'{"type": "email.sent", "data": []}', "no_email_id"),
        (b'{"type": "email.bounced", "data": {"email_id": "e"}}', "no_time"),
        (b'{"type": "email.bounced", "data": {"email_id": "e"}, "created_at": 1764583200}', "no_time"),
        (b'{"type": "email.bounced", "data": {"email_id": "e"}, "created_at": "1969-12-31T23:59:59Z"}', "no_time"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_noted_with_its_reason(
    client: Client, engine: Engine, body: bytes, reason: str
) -> None:
    assert deliver(client, body, "msg_1") == deliver(client, body, "msg_1") == 204

    assert (outcomes(engine), reasons(engine)) == ({"msg_1": "dead"}, {"msg_1": reason})
    assert not rows(engine, "emails")


def test_a_delivery_that_was_dead_is_processed_when_it_can_be(client: Client, engine: Engine) -> None:
    whole = event("bounced")
    assert deliver(client, {**whole, "created_at": None}, "msg_1") == 204
    assert outcomes(engine) == {"msg_1": "dead"}

    assert deliver(client, whole, "msg_1") == 204

    assert (outcomes(engine), reasons(engine)) == ({"msg_1": "processed"}, {"msg_1": None})
    assert len(rows(engine, "unusable_addresses")) == 1


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("2025-12-01T10:00:00.126Z", SECOND * 1000 + 126),
        ("2025-12-01T10:00:00.126999+00:00", SECOND * 1000 + 126),
        ("2025-12-01 11:00:00.126+01", SECOND * 1000 + 126),
        ("2025-12-01T10:00:00", SECOND * 1000),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("2025-13-01T10:00:00Z", None),
        ("2025-12-01T10:00:00.126Z ", None),
        ("a\ufffd", None),
        ("", None),
        (SECOND, None),
        (None, None),
    ],
)
def test_an_instant_is_read_in_utc_to_the_millisecond(written: Any, milliseconds: int | None) -> None:
    assert iso_instant(written) == milliseconds


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"kind": "welcome"}, "welcome"),
        ({"categorie": "bienvenue"}, "bienvenue"),
        ({"categorie": "bienvenue", "kind": "welcome"}, "welcome"),
        ([{"name": "kind", "value": "welcome"}], "welcome"),
        ([{"name": "x", "value": "y"}, {"name": "categorie", "value": "bienvenue"}], "bienvenue"),
        ({"kind": "amelie@example.com"}, None),
        ({"kind": "Amélie Tremblay"}, None),
        ({"kind": "w" * 256}, None),
        ({"kind": "w\n"}, None),
        ("kind", None),
        ([5, {"name": None, "value": "w"}], None),
    ],
)
def test_the_label_is_read_in_both_forms_and_holds_nobodys_name(
    client: Client, engine: Engine, tags: Any, kind: str | None
) -> None:
    assert deliver(client, event("sent", tags=tags), "msg_1") == 204
    assert [row["kind"] for row in rows(engine, "emails")] == [kind]
