"""Sending a body in chunks: no `content-length` tells its size, only a count of what arrives bounds it."""

import contextlib
import http.client
import socket
from collections.abc import Iterator

from grader.checks.bench import WEBHOOK_PATH, Bench
from grader.checks.failure import Failure
from grader.sandbox.http import MAX_RESPONSE_BYTES, REQUEST_TIMEOUT_S, Response
from grader.sender import Delivery

CHUNK_BYTES = 1 << 16


def send_in_chunks(bench: Bench, delivery: Delivery) -> Response:
    """Send one delivery once, with `transfer-encoding: chunked`. Raises Failure if nothing comes back.

    A server may answer and close before it has read everything: what it answered still counts. No failure
    offers a replay: sent again in one piece, the same body would prove something else.
    """
    connection = http.client.HTTPConnection("localhost:8000")
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.sock.settimeout(REQUEST_TIMEOUT_S)
    try:
        connection.sock.connect(str(bench.server._socket_path))
        connection.putrequest("POST", WEBHOOK_PATH, skip_accept_encoding=True)
        for name, value in {**delivery.headers, "connection": "close"}.items():
            connection.putheader(name, value)
        connection.putheader("transfer-encoding", "chunked")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders(_pieces(delivery.body), encode_chunked=True)
        answer = connection.getresponse()
        content = answer.read(MAX_RESPONSE_BYTES)
        return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
    except (OSError, http.client.HTTPException) as error:
        raise Failure(
            sent=f"{delivery.label}, envoyée par morceaux",
            expected="une réponse HTTP",
            received="rien dans le temps imparti" if isinstance(error, TimeoutError) else "rien",
        ) from error
    finally:
        connection.close()


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), CHUNK_BYTES):
        yield body[start : start + CHUNK_BYTES]
