"""Hostile requests over a real socket: each is refused in its own way, and the next honest one is served."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from reference_impl.app import build_receiver, closing
from reference_impl.edge.body import BODY_LIMIT_BYTES
from reference_impl.edge.signature import Verifier
from reference_impl.edge.webhook import webhook_router
from reference_impl.operations.journal import Journal
from reference_impl.receiving.batches import Batcher
from tests.receiver.signing import SECRET, signed

from .raw import answer_on, connected, delivery, exchange, head_of
from .served import WEBHOOK, create_app, rows, served, settings

BODY = json.dumps(
    {"type": "role.created", "timestamp": 1764583200000, "data": {"id": "role_1", "name": "é"}}
).encode()

NUMBERS = count(1)


def good(svix_id: str | None = None, body: bytes = BODY) -> dict[str, str]:
    return signed(body, svix_id=svix_id or f"msg_{next(NUMBERS)}")


@pytest.fixture
def port(database_url: str) -> Iterator[int]:
    with served(create_app(settings(database_url))) as found:
        yield found
        assert exchange(found, delivery(good("msg_last"), BODY)).status == 204, (
            "it still serves honest people"
        )


def test_a_forged_delivery_is_refused_and_leaves_nothing(port: int, engine: Engine) -> None:
    other = "whsec_" + "x" * 32
    forged = [
        signed(BODY, svix_id="msg_1", secret=other),
        {**good("msg_1"), "svix-id": "msg_2"},
        {**good("msg_1"), "svix-timestamp": str(int(datetime.now(UTC).timestamp()) + 1)},
        {},
        {"content-type": "application/json"},
    ]
    for headers in forged:
        answer = exchange(port, delivery(headers, BODY))
        assert (answer.status, answer.body, answer.closed) == (400, b"", False)
    assert exchange(port, delivery(good("msg_1"), BODY + b" ")).status == 400
    assert rows(engine, "inbox") == []


def test_a_capture_cannot_be_replayed_after_five_minutes(port: int, engine: Engine) -> None:
    late = signed(BODY, svix_id="msg_1", at=datetime.now(UTC) - timedelta(seconds=301))
    early = signed(BODY, svix_id="msg_1", at=datetime.now(UTC) + timedelta(seconds=310))
    assert exchange(port, delivery(late, BODY)).status == exchange(port, delivery(early, BODY)).status == 400
    fresh = delivery(good("msg_1"), BODY)
    assert exchange(port, fresh).status == exchange(port, fresh).status == 204
    assert len(rows(engine, "inbox")) == 1, "and within them it is a duplicate"


def test_an_announced_excess_is_refused_before_it_is_sent(port: int) -> None:
    answer = exchange(port, head_of({**good(), "content-length": str(2 * 1024 * 1024)}))
    assert (answer.status, answer.body, answer.closed) == (413, b"", True)


def test_an_excess_in_chunks_is_refused_on_the_way(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(head_of({**good(), "transfer-encoding": "chunked"}))
        for _ in range(BODY_LIMIT_BYTES // 65_536 + 1):
            connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        answer = answer_on(connection)
    assert (answer.status, answer.closed) == (413, True)


def test_a_large_delivery_within_the_bound_is_received(port: int, engine: Engine) -> None:
    data = {"id": "role_1", "note": "é" * 170_000}
    body = json.dumps(
        {"type": "role.created", "timestamp": 1764583200000, "data": data}, ensure_ascii=False
    ).encode()
    assert exchange(port, delivery(good("msg_1", body), body)).status == 204
    assert rows(engine, "inbox")[0]["outcome"] == "processed"


def test_who_trickles_a_body_is_cut_off_and_others_do_not_wait(database_url: str) -> None:
    receiver = build_receiver(settings(database_url))
    batcher = Batcher(receiver)
    app = FastAPI(lifespan=closing(receiver.engine, batcher))
    app.include_router(webhook_router(Verifier([SECRET]), batcher, Journal(), body_timeout=0.2))
    with served(app) as port, connected(port) as slow:
        slow.sendall(head_of({**good(), "content-length": "100"}) + b"{")
        assert exchange(port, delivery(good(), BODY)).status == 204
        answer = answer_on(slow)
    assert (answer.status, answer.body, answer.closed) == (408, b"", True)


MALFORMED = [
    b"GARBAGE\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
    b"POST " + WEBHOOK.encode() + b" HTTP/9.9\r\n\r\n",
    b"POST " + WEBHOOK.encode() + b" HTTP/1.1\r\nhost receiver\r\n\r\n",
    head_of({"content-length": "-1"}),
    head_of({"content-length": "1e3"}),
    head_of({"content-length": "5, 6"}),
    head_of({"svix-id": "msg_\x001"}),
    head_of([("content-length", "5"), ("content-length", "6")]) + b"hello",
    head_of({"transfer-encoding": "chunked"}) + b"zz\r\n\r\n",
]


def test_what_is_no_http_is_a_400_or_a_closed_door(port: int) -> None:
    for sent in MALFORMED:
        with connected(port) as connection:
            connection.sendall(sent)
            assert connection.recv(65_536)[:12] in {b"HTTP/1.1 400", b""}, sent


def test_who_leaves_in_the_middle_is_no_error_of_ours(capfd: pytest.CaptureFixture[str], port: int) -> None:
    with connected(port) as connection:
        connection.sendall(head_of({**good(), "content-length": "100", "expect": "100-continue"}))
        # The server asks for the body: who left before that would have left at the beginning.
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100")
        connection.sendall(b"{")
    written = ""
    for _ in range(1000):
        exchange(port, delivery({}, b""))
        written += capfd.readouterr().out
        if "cut_short" in written:
            break
    assert "cut_short" in written
    assert "unhandled" not in written


def test_of_two_equal_headers_the_first_counts_and_it_is_the_one_recorded(port: int, engine: Engine) -> None:
    headers = list(good("msg_1").items())
    for name, decoy in (("svix-id", "msg_2"), ("svix-signature", "v1,AAAA"), ("svix-timestamp", "1")):
        assert exchange(port, delivery([(name, decoy), *headers], BODY)).status == 400
        assert exchange(port, delivery([*headers, (name, decoy)], BODY)).status == 204
    assert [row["svix_id"] for row in rows(engine, "inbox")] == ["msg_1"]


def test_an_id_that_a_key_cannot_hold_is_refused(port: int, engine: Engine) -> None:
    for length in (256, 8_000, 60_000):
        assert exchange(port, delivery(good("m" * length), BODY)).status in {400, 431}
    assert rows(engine, "inbox") == []


def test_a_line_cannot_be_smuggled_into_the_journal(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    tricks = ["msg_1\r\nx-a: b", 'msg_1"}\t{"event": "forged"', "msg_é", "msg_" + "\x1b[31m"]
    for trick in tricks:
        sent = delivery({**good(), "svix-id": trick}, BODY)
        with connected(port) as connection:
            connection.sendall(sent)
            assert connection.recv(65_536)[:12] == b"HTTP/1.1 400"
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert {line["event"] for line in lines} <= {"delivery", "Invalid HTTP request received."}
    assert {line.get("svix_id") for line in lines} <= {None, "msg_1"}


def test_a_signed_id_of_any_letters_is_recorded_as_it_is(port: int, engine: Engine) -> None:
    assert exchange(port, delivery(good("msg_é ü"), BODY)).status == 204
    assert rows(engine, "inbox")[0]["svix_id"] == "msg_é ü"


OTHER_PATHS = [WEBHOOK + "/", WEBHOOK + "//", "/" + WEBHOOK, WEBHOOK.upper(), "/", "/docs", "/redoc"]


def test_another_path_is_a_404_and_never_a_redirection(port: int) -> None:
    for path in OTHER_PATHS:
        answer = exchange(port, delivery(good(), BODY, path))
        assert answer.status == 404, path
        assert "location" not in answer.headers


def test_another_method_is_a_405(port: int) -> None:
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"):
        answer = exchange(port, head_of({}, method), head=method == "HEAD")
        assert (answer.status, answer.headers["allow"]) == (405, "POST"), method


def test_any_content_type_is_accepted_if_it_is_signed(port: int, engine: Engine) -> None:
    kinds = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "é", ""]
    for kind in kinds:
        assert exchange(port, delivery({**good(), "content-type": kind}, BODY)).status == 204
    bare = {name: value for name, value in good().items() if name != "content-type"}
    assert exchange(port, delivery(bare, BODY)).status == 204
    assert exchange(port, delivery({**good(), "content-encoding": "gzip"}, BODY)).status == 204
    assert len(rows(engine, "inbox")) == len(kinds) + 2


def test_a_delivery_may_come_in_chunks_or_after_a_question(port: int, engine: Engine) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (BODY[:7], BODY[7:])) + b"0\r\n\r\n"
    assert exchange(port, head_of({**good(), "transfer-encoding": "chunked"}) + chunks).status == 204
    with connected(port) as connection:
        connection.sendall(head_of({**good(), "content-length": str(len(BODY)), "expect": "100-continue"}))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100")
        connection.sendall(BODY)
        assert answer_on(connection).status == 204
    assert len(rows(engine, "inbox")) == 2


def test_a_connection_serves_again_after_a_refusal(port: int) -> None:
    with connected(port) as connection:
        for headers, status in (({}, 400), (good(), 204), (good(), 204)):
            connection.sendall(delivery(headers, BODY))
            assert answer_on(connection).status == status
