"""What is kept for later holds no more about people than its use demands."""

import json
from typing import Any

import pytest

from reference_impl.catalogue.billing import without_identity
from reference_impl.errors import InvalidSignatureError
from reference_impl.operations.journal import Journal
from reference_impl.receiving.dead import keepable


def test_a_payer_keeps_identifiers_only_wherever_it_stands() -> None:
    payer = {
        "id": "cpayer_1",
        "user_id": "user_1",
        "email": "a@example.com",
        "first_name": "A",
        "last_name": "B",
    }
    slim = {"id": "cpayer_1", "user_id": "user_1"}

    copied = without_identity(
        {"payer": payer, "items": [{"id": "item_1", "payer": payer}], "status": "active"}
    )

    assert copied == {"payer": slim, "items": [{"id": "item_1", "payer": slim}], "status": "active"}
    assert payer["email"] == "a@example.com"


@pytest.mark.parametrize("payer", [None, "text", 3, []])
def test_a_payer_of_another_shape_is_copied_as_it_is(payer: Any) -> None:
    assert without_identity({"payer": payer}) == {"payer": payer}


def test_a_dead_letter_forgets_where_the_request_came_from() -> None:
    body = {
        "type": "user.created",
        "data": {},
        "event_attributes": {"http_request": {"client_ip": "203.0.113.24"}},
    }

    kept = json.loads(keepable(json.dumps(body).encode()) or b"")

    assert kept == {"type": "user.created", "data": {}}


@pytest.mark.parametrize("body", [b"not json", b"[1, 2]", b"\xff\xfe", b'{"type": "x"}'])
def test_an_unreadable_dead_letter_is_kept_as_it_came(body: bytes) -> None:
    assert keepable(body) == body


@pytest.mark.parametrize(
    "body", [b'{"type":"sms.created","data":{"otp_code":"515151"}}', b"email.created 424242"]
)
def test_a_dead_letter_that_may_hold_a_code_is_not_kept(body: bytes) -> None:
    assert keepable(body) is None


def test_a_closed_output_is_not_the_senders_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The delivery is in the database already: an answer of 500 would only bring it back."""
    import structlog

    closed = (tmp_path / "journal").open("w", encoding="utf-8")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(closed), cache_logger_on_first_use=False)
    closed.close()
    try:
        Journal().refused("msg_1", InvalidSignatureError(), 0.0)
    finally:
        structlog.reset_defaults()
