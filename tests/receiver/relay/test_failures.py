"""An application that refuses, falls, recovers or misbehaves: its messages wait, or end; they never leave twice as new."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Engine, select
from structlog.testing import capture_logs

from reference_impl.effects.dispatch import ATTEMPTS
from reference_impl.receiving.outcomes import Outcome
from reference_impl.scenarios.relay.posting import Endpoint, open_client
from reference_impl.store.outbox import DESTINATIONS
from tests.receiver.catalogue.fixtures import event

from .application import Answer, Application, Sent, listening
from .conftest import House, Time, subscriber

PATIENCE_S = 30
"""No test waits for it: what would be waited for longer has not come."""


def people(house: House, number: int, first: int = 0) -> None:
    for rank in range(first, first + number):
        told = event("user.created")
        told["data"]["id"] = f"user_{rank}"
        assert house.tell(told) is Outcome.PROCESSED


def waiting(house: House, name: str = "crm") -> int:
    rows = house.outbox().values()
    return sum(row.done_at is None for row in rows if row.destination == f"app:{name}")


def failures(house: House, name: str) -> int:
    chosen = select(DESTINATIONS.c.failures).where(DESTINATIONS.c.destination == f"app:{name}")
    with house.engine.connect() as connection:
        return connection.execute(chosen).scalar_one_or_none() or 0


def test_one_that_is_down_rests_then_gets_everything_under_the_same_identifiers(
    house: House, crm: Application, time: Time
) -> None:
    people(house, 3)
    crm.answer = lambda _sent: Answer(502)
    assert house.dispatch() == 1
    assert house.dispatch() == 0
    assert (waiting(house), failures(house, "crm")) == (3, 1)
    refused = crm.sent[0].id

    crm.answer = lambda _sent: Answer(200, body=b'{"ok": true}')
    time.now += 60_000
    assert house.dispatch() == 3

    assert (waiting(house), failures(house, "crm")) == (0, 0)
    identifiers = [sent.id for sent in crm.sent]
    assert len(set(identifiers)) == 3
    assert identifiers.count(refused) == 2


@pytest.mark.parametrize(
    ("status", "rests"),
    [
        (429, True),
        (502, True),
        (503, True),
        (401, True),
        (500, False),
        (302, False),
        (400, False),
        (404, False),
    ],
)
def test_a_refusal_is_of_the_application_or_of_the_message(
    house: House, crm: Application, status: int, rests: bool
) -> None:
    people(house, 2)
    crm.answer = lambda _sent: Answer(status, {"Location": crm.url})

    assert house.dispatch() == (1 if rests else 2)

    assert len(crm.sent) == (1 if rests else 2)  # no redirection was followed either
    assert (waiting(house), failures(house, "crm")) == (2, int(rests))


def test_a_message_that_is_always_refused_is_given_up_at_last(
    house: House, crm: Application, time: Time
) -> None:
    people(house, 1)
    crm.answer = lambda _sent: Answer(400)
    for _ in range(ATTEMPTS + 3):
        house.dispatch()
        time.now += 7 * 3_600_000

    (row,) = house.outbox().values()
    assert row.failed_at
    assert len(crm.sent) == ATTEMPTS
    assert len({sent.id for sent in crm.sent}) == 1


def test_one_that_is_gone_is_not_asked_again_and_the_journal_says_so(house: House, crm: Application) -> None:
    people(house, 2)
    crm.answer = lambda _sent: Answer(410)

    with capture_logs() as journal:
        assert house.dispatch() == 2

    assert waiting(house) == 0
    assert house.dispatch() == 0
    said = {"event": "endpoint gone", "log_level": "warning", "destination": "app:crm"}
    assert journal == [{**said, "kind": "user.created", "status": 410}] * 2


@contextmanager
def endless() -> Iterator[tuple[str, threading.Event]]:
    """Serve an answer without end. The event says that the caller hung up."""
    hung_up = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
            try:
                while True:
                    connection.sendall(b"x" * 65_536)
            except OSError:
                hung_up.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", hung_up
        thread.join(PATIENCE_S)


def test_an_answer_without_end_is_not_read(engine: Engine, time: Time) -> None:
    with endless() as (url, hung_up):
        house = House(engine, time, (subscriber("crm", url),))
        people(house, 1)

        assert house.dispatch() == 1

        assert hung_up.wait(PATIENCE_S)
        assert waiting(house) == 0


def test_a_connection_serves_for_several_messages() -> None:
    with listening(keeps_alive=True) as application, closing(open_client()) as client:
        endpoint = Endpoint(application.url, client)
        for _ in range(3):
            endpoint.post(b"{}", {}, ())

    assert (len(application.sent), application.connections) == (3, 1)


def test_a_dead_one_and_a_slow_one_cost_the_healthy_one_and_the_receiver_nothing(
    engine: Engine, time: Time, applications: Callable[[], Application]
) -> None:
    healthy, slow, asked, release = applications(), applications(), threading.Event(), threading.Event()

    def hold(_sent: Sent) -> Answer:
        asked.set()
        release.wait(PATIENCE_S)
        return Answer()

    slow.answer = hold
    subscribers = (
        subscriber("healthy", healthy.url),
        subscriber("slow", slow.url),
        subscriber("dead", closed_port()),
    )
    house = House(engine, time, subscribers)
    people(house, 5)

    with ThreadPoolExecutor(3) as threads:
        try:
            held = threads.submit(house.dispatch, "slow")
            assert asked.wait(PATIENCE_S)
            assert threads.submit(house.dispatch, "dead").result(PATIENCE_S) == 1
            assert threads.submit(house.dispatch, "healthy").result(PATIENCE_S) == 5
            people(house, 2, first=5)  # and they are answered
            assert threads.submit(house.dispatch, "healthy").result(PATIENCE_S) == 2
            assert not held.done()
            assert len(slow.sent) == 1
        finally:
            release.set()
        assert held.result(PATIENCE_S) == 7

    assert (waiting(house, "healthy"), waiting(house, "slow"), waiting(house, "dead")) == (0, 0, 7)
    assert len({sent.id for sent in slow.sent}) == len({sent.id for sent in healthy.sent}) == 7
    assert (failures(house, "dead"), failures(house, "healthy")) == (1, 0)


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"
