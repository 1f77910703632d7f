"""The client of Clerk's API, against an API that misbehaves."""

import json
import logging
import socket

import pytest
from fastapi import Response

from reference_impl.errors import ClerkApiError, InvalidSettingError
from reference_impl.reconciliation.backend_api import BackendApi
from reference_impl.reconciliation.exchange import API_VERSION, ATTEMPTS, Exchange

from .fake_clerk import INSTANCE, SECRET_KEY, FakeClerk, failure
from .people import user


def names(api: BackendApi) -> list[str]:
    return [person["id"].removeprefix("user_") for page in api.user_pages() for person in page]


def limited(seconds: str) -> Response:
    return Response("{}", 429, headers={"Retry-After": seconds})


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
def test_every_user_is_read_once_whatever_the_length_of_the_last_page(
    clerk: FakeClerk, api: BackendApi, count: int
) -> None:
    clerk.sign_up(*(user(str(number)) for number in range(count)))

    assert names(api) == [str(number) for number in range(count)]


def test_a_page_is_asked_for_with_a_cursor_a_pinned_version_and_the_oldest_first(
    clerk: FakeClerk, api: BackendApi
) -> None:
    clerk.sign_up(*(user(str(number)) for number in range(4)))
    names(api)

    first = {"limit": "3", "order_by": "+created_at"}
    assert clerk.queries() == [first, {**first, "starting_after": "user_2"}]
    assert {request.headers["clerk-api-version"] for request in clerk.requests} == {API_VERSION}
    assert {request.headers["authorization"] for request in clerk.requests} == {f"Bearer {SECRET_KEY}"}


def test_sign_ups_during_the_reading_lose_and_repeat_nobody(clerk: FakeClerk, api: BackendApi) -> None:
    clerk.sign_up(*(user(str(number)) for number in range(6)))
    late = iter(user(f"late{number}") for number in range(2))
    clerk.listing = lambda _cursor: clerk.sign_up(*[person for person in [next(late, None)] if person])

    assert names(api) == [*map(str, range(6)), "late0", "late1"]


@pytest.mark.parametrize("lost_cursor", ["refused", "empty"])
@pytest.mark.parametrize("gone", [["user_0"], ["user_2"], ["user_1", "user_2"], ["user_2", "user_3"]])
def test_deletions_during_the_reading_lose_and_repeat_nobody(
    clerk: FakeClerk, api: BackendApi, gone: list[str], lost_cursor: str
) -> None:
    clerk.lost_cursor = lost_cursor
    clerk.sign_up(*(user(str(number)) for number in range(7)))
    clerk.listing = lambda cursor: clerk.remove(*gone) if cursor else None

    assert names(api) == [str(n) for n in range(7) if not (n == 3 and "user_3" in gone)]


def test_the_end_is_the_end_when_the_last_user_leaves_too(clerk: FakeClerk, api: BackendApi) -> None:
    clerk.lost_cursor = "empty"
    clerk.sign_up(*(user(str(number)) for number in range(3)))
    clerk.listing = lambda cursor: clerk.remove("user_2") if cursor else None

    assert names(api) == ["0", "1", "2"]


def test_retry_after_is_honoured(clerk: FakeClerk, api: BackendApi, sleeps: list[float]) -> None:
    clerk.sign_up(user("ada"))
    clerk.faults.extend([limited("7"), limited("2")])

    assert names(api) == ["ada"]
    assert sleeps == [7.5, 2.5]


@pytest.mark.parametrize("said", ["soon", "-3", "Fri, 20 Nov 2026 08:00:00 GMT", "99999999999", ""])
def test_a_retry_after_that_is_no_number_of_seconds_is_a_plain_failure(
    clerk: FakeClerk, api: BackendApi, sleeps: list[float], said: str
) -> None:
    clerk.faults.append(limited(said))

    assert names(api) == []
    assert sleeps == [0.75]


def test_a_wait_without_end_is_refused(clerk: FakeClerk, api: BackendApi, sleeps: list[float]) -> None:
    clerk.faults.append(limited("86400"))

    with pytest.raises(ClerkApiError, match="86400 s"):
        names(api)
    assert sleeps == []


def test_a_server_failure_is_tried_again_more_and_more_slowly(
    clerk: FakeClerk, api: BackendApi, sleeps: list[float]
) -> None:
    clerk.sign_up(user("ada"))
    clerk.faults.extend([Response("oops", 500), Response("", 502), Response("", 503)])

    assert names(api) == ["ada"]
    assert sleeps == [0.75, 1.5, 3.0]


def test_a_failure_that_lasts_ends_with_a_sentence(
    clerk: FakeClerk, api: BackendApi, sleeps: list[float]
) -> None:
    clerk.faults.extend(Response("", 500) for _ in range(20))

    with pytest.raises(ClerkApiError, match="6 fois de suite"):
        names(api)
    assert len(clerk.requests) == ATTEMPTS
    assert len(sleeps) == ATTEMPTS - 1


def test_a_network_without_anyone_ends_with_a_sentence(sleeps: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    exchange = Exchange(SECRET_KEY, f"http://127.0.0.1:{port}/v1", sleep=sleeps.append)
    with BackendApi(exchange) as api, pytest.raises(ClerkApiError, match="ConnectError"):
        names(api)
    assert len(sleeps) == ATTEMPTS - 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_and_not_shown(
    clerk: FakeClerk, api: BackendApi, sleeps: list[float], status: int
) -> None:
    clerk.faults.append(failure(status, "authentication_invalid"))

    with pytest.raises(InvalidSettingError, match="CLERK_SECRET_KEY") as raised:
        names(api)
    assert SECRET_KEY not in str(raised.value)
    assert sleeps == []


BROKEN = {
    "html": b"<!doctype html><p>Bonjour",
    "nothing": b"",
    "an object": b'{"data": []}',
    "null": b"null",
    "texts": b'["user_1"]',
    "no id": b'[{"object": "user"}]',
    "a number for an id": b'[{"id": 3}]',
    "an empty id": b'[{"id": ""}]',
    "an id without end": json.dumps([{"id": "u" * 256}]).encode(),
    "half a page": b'[{"id": "user_1"',
    "an abyss": b"[" * 100_000,
    "not a number": b'[{"id": "user_1", "updated_at": NaN}]',
    "not text": b'[{"id": "\xff"}]',
    "too much": b"[" + b" " * (65 * 1024 * 1024) + b"]",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_list_ends_with_a_sentence(clerk: FakeClerk, api: BackendApi, body: bytes) -> None:
    clerk.list_answer = Response(body, media_type="application/json")

    with pytest.raises(ClerkApiError, match="L'API de Clerk") as raised:
        names(api)
    assert "user_" not in str(raised.value)


@pytest.mark.parametrize("status", [204, 302, 304])
def test_a_redirect_is_not_followed(clerk: FakeClerk, api: BackendApi, status: int) -> None:
    clerk.faults.append(Response(status_code=status, headers={"Location": "http://127.0.0.1:1/"}))

    with pytest.raises(ClerkApiError, match=str(status)):
        names(api)
    assert len(clerk.requests) == 1


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refused_list_ends_with_a_sentence(clerk: FakeClerk, api: BackendApi, status: int) -> None:
    clerk.list_answer = failure(status, "no")

    with pytest.raises(ClerkApiError, match="refuse"):
        names(api)


def test_a_page_that_comes_back_for_ever_is_noticed(clerk: FakeClerk, api: BackendApi) -> None:
    page = [user(name) for name in "abc"]
    clerk.list_answer = Response(json.dumps(page), media_type="application/json")

    with pytest.raises(ClerkApiError, match="deux fois"):
        names(api)
    assert len(clerk.requests) == 2


def test_pages_that_come_back_in_turn_are_noticed(clerk: FakeClerk, api: BackendApi) -> None:
    rounds = [json.dumps([user(name) for name in trio]) for trio in ("abc", "def", "ghi")]

    def turn(_cursor: str | None) -> None:
        rounds.append(rounds.pop(0))
        clerk.list_answer = Response(rounds[-1], media_type="application/json")

    clerk.listing = turn

    with pytest.raises(ClerkApiError, match="deux fois"):
        names(api)


def test_an_unknown_user_is_none_and_a_known_one_is_given(clerk: FakeClerk, api: BackendApi) -> None:
    clerk.sign_up(user("ada"))

    known = api.user("user_ada")
    assert known is not None
    assert known["id"] == "user_ada"
    assert api.user("user_bob") is None


NO_PROOF = {
    "a proxy's 404": Response("<h1>Not Found</h1>", 404),
    "an empty 404": Response("", 404),
    "a 404 of another shape": Response('{"detail": "Not Found"}', 404),
    "a 404 without any error": Response('{"errors": []}', 404),
    "gone": Response('{"errors": [{"code": "x"}]}', 410),
    "somebody else": Response(json.dumps(user("eve"))),
    "a list": Response("[]"),
}


@pytest.mark.parametrize("answer", NO_PROOF.values(), ids=NO_PROOF.keys())
def test_only_clerks_own_404_proves_a_departure(clerk: FakeClerk, api: BackendApi, answer: Response) -> None:
    clerk.user_answer = answer

    with pytest.raises(ClerkApiError):
        api.user("user_ada")


@pytest.mark.parametrize("clerk_id", ["user_a/../b", "user_a?x=1", "user_é", "user_a%2Fb", "../instance"])
def test_an_id_cannot_leave_its_place_in_the_address(
    clerk: FakeClerk, api: BackendApi, clerk_id: str
) -> None:
    clerk.user_answer = Response(json.dumps({"id": clerk_id}))

    if "/" in clerk_id:  # the fake's router decodes %2F and knows no such route
        with pytest.raises(ClerkApiError):
            api.user(clerk_id)
    else:
        assert api.user(clerk_id) == {"id": clerk_id}
    assert not any(request.url.path == "/v1/instance" for request in clerk.requests)


def test_the_instance_of_the_key_is_told(api: BackendApi) -> None:
    assert api.instance_id() == INSTANCE


def test_neither_the_key_nor_a_person_is_logged(
    clerk: FakeClerk, api: BackendApi, caplog: pytest.LogCaptureFixture
) -> None:
    clerk.sign_up(user("ada"))
    with caplog.at_level(logging.INFO):
        names(api)

    assert SECRET_KEY not in caplog.text
    assert "@example.com" not in caplog.text
