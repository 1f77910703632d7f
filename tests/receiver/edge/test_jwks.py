"""The keys of a JWKS, read from a real HTTP server: rotation, outages, and how often it is asked."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest

from reference_impl.edge.jwks import LIFESPAN_S, PAUSE_S, JwksKeys
from reference_impl.edge.session_token import verify_session_token
from reference_impl.errors import InvalidTokenError, KeysUnavailableError

from .keys import PARTY, jwk, public_pem, token


class Publisher(ThreadingHTTPServer):
    """A server of keys; `answer` is the document, raw bytes, a status, or None to close the connection."""

    answer: Any = None
    asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/.well-known/jwks.json"

    def publish(self, *names: str) -> None:
        self.answer = {"keys": [jwk(name) for name in names]}


class Handler(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.asked += 1
        answer = self.server.answer
        if answer is None:
            self.close_connection = True
            return
        if isinstance(answer, int):
            self.send_error(answer)
            return
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body) + (10 if body.endswith(b"cut") else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the tests' output."""


class Time:
    """A clock that the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    server = Publisher(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def login(keys: JwksKeys, value: str) -> str:
    return verify_session_token(f"Bearer {value}", keys, (PARTY,)).clerk_id


def test_the_key_that_the_token_names_is_used(publisher: Publisher) -> None:
    publisher.publish("first", "second")
    keys = JwksKeys(publisher.url)
    assert login(keys, token(key="first")) == login(keys, token(key="second")) == "user_A"
    with pytest.raises(InvalidTokenError):
        login(keys, token(key="second", kid="first"))
    assert publisher.asked == 1, "the keys are kept"


def test_a_rotation_is_followed_without_a_restart(publisher: Publisher) -> None:
    clock = Time()
    keys = JwksKeys(publisher.url, clock=clock)
    publisher.publish("first")
    assert login(keys, token(key="first"))
    publisher.publish("second")
    clock.now += PAUSE_S
    assert login(keys, token(key="second"))
    with pytest.raises(InvalidTokenError):
        login(keys, token(key="first"))


def test_a_withdrawn_key_is_forgotten_even_if_no_new_one_is_used(publisher: Publisher) -> None:
    clock = Time()
    keys = JwksKeys(publisher.url, clock=clock)
    publisher.publish("first", "second")
    assert login(keys, token(key="first"))
    publisher.publish("second")
    clock.now += LIFESPAN_S
    with pytest.raises(InvalidTokenError):
        login(keys, token(key="first"))


def test_invented_keys_do_not_send_us_to_clerk_each_time(publisher: Publisher) -> None:
    clock = Time()
    keys = JwksKeys(publisher.url, clock=clock)
    publisher.publish("first")
    for number in range(20):
        with pytest.raises(InvalidTokenError):
            login(keys, token(kid=f"invented-{number}"))
    assert publisher.asked == 1
    publisher.answer = 500
    clock.now += PAUSE_S
    for number in range(20):
        with pytest.raises(KeysUnavailableError):
            login(keys, token(kid=f"invented-{number}"))
    assert publisher.asked == 2, "a failure is not tried again at once either"
    assert login(keys, token(key="first")), "and honest people are not in the way of it"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        500,
        404,
        b"",
        b"<html>",
        b"[]",
        b'{"keys": []}',
        b'{"keys": 5}',
        b'{"keys": [5]}',
        b"\xff",
        b"{cut",
        {"keys": [{"kty": "none"}]},
    ],
    ids=repr,
)
def test_where_no_key_can_be_read_the_token_is_not_to_blame(publisher: Publisher, answer: Any) -> None:
    clock = Time()
    keys = JwksKeys(publisher.url, clock=clock)
    publisher.answer = answer
    with pytest.raises(KeysUnavailableError):
        login(keys, token())
    publisher.publish("first")
    clock.now += PAUSE_S
    assert login(keys, token()) == "user_A"


def test_an_outage_logs_nobody_out(publisher: Publisher) -> None:
    clock = Time()
    keys = JwksKeys(publisher.url, clock=clock)
    publisher.publish("first")
    assert login(keys, token())
    publisher.answer = None
    clock.now += 10 * LIFESPAN_S
    assert login(keys, token()) == "user_A"


def test_nobody_listening_is_an_outage_too(publisher: Publisher) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(KeysUnavailableError):
        login(JwksKeys(f"http://127.0.0.1:{port}/jwks"), token())


def test_a_redirection_is_not_followed(publisher: Publisher) -> None:
    publisher.answer = 302
    with pytest.raises(KeysUnavailableError):
        login(JwksKeys(publisher.url), token())


@pytest.mark.parametrize("kid", [None, 5, ["first"], {"a": 1}, ""])
def test_a_key_id_that_is_none_is_refused(publisher: Publisher, kid: Any) -> None:
    publisher.publish("first")
    with pytest.raises(InvalidTokenError):
        login(JwksKeys(publisher.url), token(kid=kid))


def test_a_key_that_is_not_rsa_verifies_nothing(publisher: Publisher) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

    curve = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(generate_private_key(SECP256R1()).public_key()))
    secret = {"kty": "oct", "k": public_pem().encode().hex(), "kid": "secret"}
    publisher.answer = {"keys": [{**curve, "kid": "curve"}, secret, jwk("first")]}
    keys = JwksKeys(publisher.url)
    for kid in ("curve", "secret"):
        with pytest.raises(InvalidTokenError):
            login(keys, token(kid=kid))
    assert login(keys, token()) == "user_A"
