"""The server in processes: it finishes what it began, survives its workers, counts once, and logs nothing personal."""

import http.client
import json
import os
import signal
import threading
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from reference_impl.operations.logs import ALLOWED
from tests.receiver.privacy.people import A, B, history
from tests.receiver.privacy.scan import read_all, says
from tests.receiver.signing import signed

from .serving import WEBHOOK, Server, serving

INVENTED = 1000


def send_headers(server: Server, body: bytes, svix_id: str) -> http.client.HTTPConnection:
    """Begin a delivery: come back once the server, which reads the body, has asked for it."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", WEBHOOK)
    for name, value in signed(body, svix_id=svix_id).items():
        connection.putheader(name, value)
    connection.putheader("content-length", str(len(body)))
    connection.putheader("expect", "100-continue")
    connection.endheaders()
    assert connection.sock.recv(64).startswith(b"HTTP/1.1 100")
    return connection


@pytest.mark.parametrize(
    ("empty_url", "workers"), [("sqlite", 1), ("sqlite", 2), ("postgresql", 1)], indirect=["empty_url"]
)
def test_a_delivery_in_flight_is_answered_before_the_server_ends(
    workers: int, database_url: str, engine: Engine, tmp_path: Path
) -> None:
    body = json.dumps(A.event("user.created")).encode()
    with serving(database_url, tmp_path, workers=workers) as server:
        with engine.begin() as lock:  # SQLite: the only write lock
            if engine.dialect.name == "postgresql":
                lock.exec_driver_sql("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
            connection = send_headers(server, body, "msg_1")
            connection.send(body)
            server.process.terminate()
            server.wait_until(lambda: server.logged("Shutting down"))
        answer = connection.getresponse()

        assert answer.status == 204
        assert server.process.wait(30) == 0
        connection.close()
        assert [line["outcome"] for line in server.lines() if line["event"] == "delivery"] == ["processed"]
    assert [row["clerk_id"] for row in read_all(engine)["users"]] == [A.clerk_id]


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_two_workers_count_together_and_a_killed_one_is_replaced(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path, workers=2) as server:
        first, second = server.workers()
        deliver_invented(server, range(INVENTED))
        counted = server.metrics()
        assert counted['deliveries_total{outcome="ignored",type="other"}'] == INVENTED
        assert len([name for name in counted if "deliveries_total{" in name]) == 1
        # What is read in the database is one figure, however many processes have told it.
        assert [name for name in server.metrics() if name.startswith("dead_letters")] == ["dead_letters"]

        os.kill(first, signal.SIGKILL)
        server.wait_until(lambda: len(server.logged("Application startup complete")) == 3)

        deliver_invented(server, range(INVENTED, INVENTED + 20))
        counted = server.metrics()
        assert counted['deliveries_total{outcome="ignored",type="other"}'] == INVENTED + 20
        assert server.workers()[:2] == [first, second]
        server.process.terminate()
        assert server.process.wait(30) == 0


def deliver_invented(server: Server, numbers: range) -> None:
    """Send events of types that nobody knows, over connections that any worker may take."""

    def send(mine: range) -> None:
        for chunk in range(0, len(mine), 25):
            with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
                for number in mine[chunk : chunk + 25]:
                    event = {"type": f"invented.{number}", "data": {"id": "x"}}
                    assert server.deliver(event, f"msg_{number}", client=client).status_code == 204

    threads = [threading.Thread(target=send, args=(numbers[part::4],)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_each_delivery_is_one_line_with_its_id_its_type_and_its_outcome_and_nothing_personal(
    tmp_path: Path, database_url: str
) -> None:
    told = [*history(A, B), A.event("email.created"), A.event("user.deleted"), A.event("user.created")]
    sent = {f"msg_{rank}": event["type"] for rank, event in enumerate(told)}
    with serving(database_url, tmp_path) as server:
        for svix_id, event in zip(sent, told, strict=True):
            assert server.deliver(event, svix_id).status_code == 204
        assert server.deliver(told[0], "msg_0").status_code == 204
        assert server.client.post(WEBHOOK, content=b"{}").status_code == 400
        assert server.deliver([A.email], "msg_dead").status_code == 204
        server.process.terminate()
        assert server.process.wait(30) == 0
        lines, log = server.lines(), server.log.read_text("utf-8")

    deliveries = [line for line in lines if line["event"] == "delivery"]
    assert [(line["svix_id"], line["type"]) for line in deliveries[: len(told)]] == list(sent.items())
    assert [line["outcome"] for line in deliveries[len(told) :]] == ["duplicate", "rejected", "dead"]
    assert {line["outcome"] for line in deliveries[: len(told)]} == {"processed", "stale", "ignored"}
    assert all(set(line) <= ALLOWED for line in lines)
    # `clerk_id` could be logged; it is not either.
    assert not says(log, {*A.markers().values(), *B.markers().values()})


def test_a_port_that_is_taken_is_a_failure(tmp_path: Path) -> None:
    with serving(f"sqlite:///{tmp_path}/a.db", tmp_path) as server:
        from .commands import environment, run

        ended = run("serve", "--port", str(server.port), env=environment(f"sqlite:///{tmp_path}/a.db"))

        assert ended.returncode == 3  # what uvicorn gives a start that failed
        assert "address already in use" in ended.stdout
        assert server.client.get("/health").status_code == 200
        assert server.client.get("/ready").status_code == 503  # nobody has migrated
