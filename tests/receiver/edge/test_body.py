"""The body is read before anything is verified: bounded in size and in time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fastapi import Request

from reference_impl.edge.body import BODY_LIMIT_BYTES, read_body
from reference_impl.errors import BodyCutShortError, BodyTooLargeError, BodyTooSlowError

Receive = Callable[[], Awaitable[dict[str, object]]]


def request(chunks: list[bytes], *, announced: str | None = None, end: str = "http.request") -> Request:
    """A request whose body comes in these chunks; `end` is the last message, or "never"."""

    async def messages() -> AsyncIterator[dict[str, object]]:
        for chunk in chunks:
            yield {"type": "http.request", "body": chunk, "more_body": True}
        if end == "never":
            await asyncio.Event().wait()
        yield {"type": end, "body": b"", "more_body": False}

    headers = [] if announced is None else [(b"content-length", announced.encode())]
    return Request({"type": "http", "headers": headers, "method": "POST"}, messages().__anext__)


def read(given: Request, **limits: float) -> bytes:
    return asyncio.run(read_body(given, **limits))  # type: ignore[arg-type]


def test_the_bytes_come_as_they_were_sent() -> None:
    assert read(request([b'{"a"', b": 1}\n", b"\x00\xff"])) == b'{"a": 1}\n\x00\xff'
    assert read(request([])) == b""


def test_the_bound_itself_is_accepted_announced_or_not() -> None:
    body = b"x" * BODY_LIMIT_BYTES
    assert read(request([body])) == body
    assert read(request([body], announced=str(len(body)))) == body


@pytest.mark.parametrize("announced", ["1048577", "9" * 5000])
def test_an_announced_excess_is_refused_before_any_byte_is_read(announced: str) -> None:
    with pytest.raises(BodyTooLargeError):
        read(request([], announced=announced, end="never"))


@pytest.mark.parametrize(
    "announced", [None, "3", "0000000000000000000000000000001048577", "-1", "², 5", "1e9"]
)
def test_an_excess_that_was_not_announced_is_refused_on_the_way(announced: str | None) -> None:
    with pytest.raises(BodyTooLargeError):
        read(request([b"x" * 65_536] * 17, announced=announced, end="never"))


def test_a_body_that_never_ends_is_given_up() -> None:
    with pytest.raises(BodyTooSlowError):
        read(request([b"{"], end="never"), timeout=0.01)


def test_a_client_that_leaves_is_no_error_of_ours() -> None:
    with pytest.raises(BodyCutShortError):
        read(request([b"{"], end="http.disconnect"))
