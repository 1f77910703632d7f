"""Sending a body in chunks: no `content-length` tells its size, only a count of what arrives bounds it."""

from collections.abc import Iterator

from grader.checks.bench import WEBHOOK_PATH, Bench
from grader.checks.failure import Failure
from grader.sandbox.http import NoAnswerError, Response, timed_out
from grader.sender import Delivery

CHUNK_BYTES = 1 << 16


def send_in_chunks(bench: Bench, delivery: Delivery) -> Response:
    """Send one delivery once, with `transfer-encoding: chunked`. Raises Failure if nothing comes back.

    A server may answer and close before it has read everything: what it answered still counts. No failure
    offers a replay: sent again in one piece, the same body would prove something else.
    """
    try:
        return bench.server.request(
            "POST", WEBHOOK_PATH, headers=delivery.headers, body=_pieces(delivery.body)
        )
    except NoAnswerError as error:
        raise Failure(
            sent=f"{delivery.label}, envoyée par morceaux",
            expected="une réponse HTTP",
            received="rien dans le temps imparti" if timed_out(error) else "rien",
        ) from error


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), CHUNK_BYTES):
        yield body[start : start + CHUNK_BYTES]
