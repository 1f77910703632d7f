"""The upsert after login: the same row as by webhook, in whatever order the two come."""

import itertools
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from reference_impl.tables import ErasureEntry, User
from tests.receiver.catalogue.fixtures import table_rows

from .keys import PARTY, bearer, claims, public_pem, token
from .served import Client, client_of, create_app, rows, settings

SYNC = "/api/session/sync"

BASE = 1_764_583_200

Step = Callable[[Client, str], httpx.Response]


def log_in(client: Client, person: str, **others: Any) -> httpx.Response:
    return client.request("POST", SYNC, headers=bearer(token(claims(person, **others))))


def login(seconds: float, name: str | None, **others: Any) -> Step:
    """A login with a token issued so long after the beginning."""
    values = {
        "iat": BASE + int(seconds),
        "email": name and f"{name}@login.test",
        "first_name": name,
        "last_name": name,
    }
    return lambda client, person: log_in(client, person, **{**values, **others})


def snapshot(seconds: float, name: str, kind: str = "user.updated") -> Step:
    """A webhook with the state of the person so long after the beginning."""

    def step(client: Client, person: str) -> httpx.Response:
        version = int((BASE + seconds) * 1000)
        data = {
            "id": person,
            "updated_at": version,
            "email_addresses": [{"id": "e", "email_address": f"{name}@webhook.test"}],
            "primary_email_address_id": "e",
            "first_name": name,
            "username": name,
            "banned": True,
        }
        return client.deliver({"type": kind, "timestamp": version + 5, "data": data})

    return step


def deletion(seconds: float) -> Step:
    """A webhook that says that the person is gone."""

    def step(client: Client, person: str) -> httpx.Response:
        timestamp = int((BASE + seconds) * 1000)
        return client.deliver(
            {"type": "user.deleted", "timestamp": timestamp, "data": {"id": person, "deleted": True}}
        )

    return step


HISTORIES: dict[str, tuple[list[Step], dict[str, Any]]] = {
    "a login is the last word": (
        [snapshot(0.5, "w1"), login(1, "l1"), snapshot(1.5, "w2"), login(2, "l2")],
        {"email": "l2@login.test", "first_name": "l2", "last_name": "l2", "username": "w2", "banned": True},
    ),
    "a webhook is the last word": (
        [login(1, "l1"), snapshot(0.5, "w1"), login(2, "l2"), snapshot(3, "w2")],
        {"email": "w2@webhook.test", "first_name": "w2", "last_name": None, "username": "w2", "banned": True},
    ),
    "the same instant": (
        [login(1, "l1"), snapshot(1, "w1"), snapshot(0.5, "w0")],
        {"email": "w1@webhook.test", "first_name": "w1", "last_name": None, "username": "w1", "banned": True},
    ),
    "a token that says nothing of the person": (
        [snapshot(0.5, "w1"), login(9, "p", email=..., first_name=..., last_name=...), login(1, "l1")],
        {"email": "l1@login.test", "first_name": "l1", "last_name": "l1", "username": "w1", "banned": True},
    ),
    "a token that says half": (
        [snapshot(0.5, "w1"), login(9, "p", last_name=...), snapshot(0.7, "w2")],
        {"email": "w2@webhook.test", "first_name": "w2", "last_name": None, "username": "w2", "banned": True},
    ),
    "a person who has no name": (
        [login(1, None), snapshot(0.5, "w1")],
        {"email": None, "first_name": None, "last_name": None, "username": "w1", "banned": True},
    ),
    "logins alone": (
        [login(1, "l1"), login(3, "l3"), login(2, "l2")],
        {"email": "l3@login.test", "first_name": "l3", "last_name": "l3", "username": None, "banned": False},
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_every_order_of_logins_and_webhooks_ends_with_the_same_row(
    client: Client, engine: Engine, name: str
) -> None:
    steps, expected = HISTORIES[name]
    orders = list(itertools.permutations(range(len(steps))))
    for number, order in enumerate(orders):
        for rank in order:
            assert steps[rank](client, f"user_{number}").is_success
    ours = {"clerk_id", "first_seen_at"}
    found = [
        {name: value for name, value in row.items() if name not in ours} for row in table_rows(engine, User)
    ]
    assert len(found) == len(orders)
    assert all(row == found[0] for row in found)
    assert {column: found[0][column] for column in expected} == expected
    effects = sorted((row["kind"], row["clerk_id"]) for row in rows(engine, "outbox"))
    assert effects == sorted(("welcome_email", f"user_{number}") for number in range(len(orders)))


def test_after_a_deletion_nobody_comes_back_by_either_path(client: Client, engine: Engine) -> None:
    steps = [snapshot(0.5, "w1"), login(9, "l1"), snapshot(8, "w2", "user.created"), deletion(2)]
    for number, order in enumerate(itertools.permutations(range(len(steps)))):
        for rank in order:
            answer = steps[rank](client, f"user_{number}")
            late_login = rank == 1 and order.index(1) > order.index(3)
            assert answer.status_code in ({403} if late_login else {200, 204})
    assert table_rows(engine, User) == []
    assert rows(engine, "outbox") == [], "nobody is welcomed who is gone"
    assert len(table_rows(engine, ErasureEntry)) == 24


def test_the_answer_says_what_was_done_and_nothing_of_the_person(client: Client, engine: Engine) -> None:
    statuses = [log_in(client, "user_A", iat=BASE + seconds).json() for seconds in (1, 2, 2, 0)]
    assert [status["status"] for status in statuses] == ["created", "updated", "unchanged", "unchanged"]
    assert all(set(status) == {"status"} for status in statuses)


def test_a_bad_token_is_refused_and_writes_nothing(client: Client, engine: Engine) -> None:
    bad: list[dict[str, str]] = [
        {},
        bearer(""),
        bearer("garbage"),
        bearer(token(key="second")),
        bearer(token(claims(azp="https://evil.example.test"))),
        bearer(token(claims(iat=[]))),
        bearer("é" * 10),
        {"authorization": "Basic " + token()},
    ]
    for headers in bad:
        encoded = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = client.request("POST", SYNC, headers=encoded)
        assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})
        assert answer.headers["www-authenticate"] == "Bearer"
    assert table_rows(engine, User) == []
    assert client.request("POST", SYNC, headers=bearer(token())).status_code == 200


def test_a_database_that_does_not_answer_is_a_503(client: Client, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE users"))
    answer = log_in(client, "user_A")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_keys_that_do_not_answer_are_a_503(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/jwks"
    with client_of(
        create_app(settings(database_url, clerk_jwks_url=url, clerk_authorized_parties=(PARTY,)))
    ) as client:
        answer = log_in(client, "user_A")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_without_a_key_there_is_no_such_route(database_url: str) -> None:
    with client_of(create_app(settings(database_url))) as client:
        assert log_in(client, "user_A").status_code == 404


def test_a_key_on_one_line_is_a_key(database_url: str) -> None:
    pem = public_pem().replace("\n", "\\n")
    with client_of(
        create_app(settings(database_url, clerk_jwt_key=pem, clerk_authorized_parties=(PARTY,)))
    ) as client:
        assert log_in(client, "user_A").status_code == 200
