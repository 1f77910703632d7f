"""The command itself, in processes of its own: shared work, a kill, a stop, a database that others write to."""

import json
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from sqlmodel import SQLModel

from reference_impl.clock import now_ms
from reference_impl.store.engine import open_engine
from reference_impl.store.outbox import OUTBOX
from tests.receiver.operations.commands import environment, run, start
from tests.receiver.postgres import Postgres

from .conftest import outbox, owe
from .service import Answer, Asked, Service
from .test_dispatch import sign_up


def by_mail(service: Service) -> dict[str, str]:
    """The settings that make the service the provider of e-mail."""
    return {
        "EMAIL_FROM": "cours@example.com",
        "RESEND_API_KEY": "re_a-key-of-the-tests",
        "RESEND_API_URL": service.url,
    }


def owe_mail(engine: Engine, *keys: str) -> None:
    """Welcomes that are due to one person."""
    sign_up(engine, "user_1", "amelie@example.com")
    owe(engine, *keys, clerk_id="user_1", kind="welcome_email", at=1)


def test_two_processes_share_the_effects_and_send_none_twice(
    database_url: str, engine: Engine, service: Service
) -> None:
    owe_mail(engine, *(f"k{n:02}" for n in range(40)))
    both = threading.Barrier(2)
    late = iter([True, True])

    def answer(_asked: Asked) -> Answer:
        if next(late, False):
            both.wait(60)  # the first request of each waits for the other's: both are at work
        return Answer()

    service.answer = answer
    env = environment(database_url, **by_mail(service))

    processes = [start("dispatch", "--once", env=env) for _ in range(2)]
    ends = [(*process.communicate(timeout=60), process.returncode) for process in processes]

    assert [end[2] for end in ends] == [0, 0], ends
    assert sorted(service.keys()) == sorted(outbox(engine))
    assert all(row.done_at and row.attempts == 1 for row in outbox(engine).values())


def test_killed_between_the_sending_and_its_note_it_sends_again_under_the_same_key(
    database_url: str, engine: Engine, service: Service, tmp_path: Path
) -> None:
    owe_mail(engine, "a")
    env = environment(database_url, **by_mail(service))
    process = start("dispatch", "--once", env=env, output=tmp_path / "out")

    def kill(_asked: Asked) -> Answer:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return Answer()

    service.answer = kill
    assert process.wait(60) == -signal.SIGKILL
    assert outbox(engine)["a"].done_at is None
    with engine.begin() as connection:
        connection.execute(update(OUTBOX).values(next_attempt_at=now_ms()))  # as if a minute had passed
    service.answer = lambda _asked: Answer()

    ended = run("dispatch", "--once", env=env)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert service.keys() == ["a", "a"]
    assert outbox(engine)["a"].done_at is not None


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_asked_to_stop_it_finishes_the_current_effect_and_ends_well(
    database_url: str, engine: Engine, service: Service, tmp_path: Path
) -> None:
    owe_mail(engine, *(f"k{n:02}" for n in range(20)))
    process = start("dispatch", env=environment(database_url, **by_mail(service)), output=tmp_path / "out")

    def stop(_asked: Asked) -> Answer:
        process.terminate()
        time.sleep(0.1)  # on a busy machine the thread that hears the signal may run after the one that sends
        return Answer()

    service.answer = stop

    assert process.wait(60) == 0
    rows = outbox(engine)
    sent = service.keys()
    assert 1 <= len(sent) < 20
    assert all(rows.pop(key).done_at is not None for key in sent)
    assert {(row.attempts, row.done_at) for row in rows.values()} == {(0, None)}
    assert (tmp_path / "out").read_text() == ""


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_in_development_the_log_says_what_would_leave_and_to_nobody(
    database_url: str, engine: Engine
) -> None:
    sign_up(engine, "user_1", "amelie@example.com")
    owe(engine, "welcome_email/user_1", clerk_id="user_1", kind="welcome_email", at=1)

    ended = run("dispatch", "--once", env=environment(database_url))

    assert (ended.returncode, ended.stderr) == (0, "")
    (line,) = map(json.loads, ended.stdout.splitlines())
    assert line["kind"] == "welcome_email"
    assert "user_1" not in ended.stdout
    assert "amelie" not in ended.stdout
    assert outbox(engine)["welcome_email/user_1"].done_at is not None


def test_on_sqlite_a_lock_longer_than_its_patience_does_not_end_the_loop(
    tmp_path: Path, service: Service
) -> None:
    engine = open_engine(url := f"sqlite:///{tmp_path}/receiver.db")
    SQLModel.metadata.create_all(engine)
    owe_mail(engine, "a")
    log = tmp_path / "out"
    with engine.begin():  # holds the only write lock
        process = start("dispatch", env=environment(url, **by_mail(service)), output=log)
        while "unavailable" not in log.read_text():
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
            assert process.poll() is None, log.read_text()

    def stop(_asked: Asked) -> Answer:
        process.terminate()
        return Answer()

    service.answer = stop
    assert process.wait(60) == 0
    assert service.keys() == ["a"]
    assert outbox(engine)["a"].done_at is not None
    engine.dispose()


def test_on_postgresql_an_effect_that_another_holds_is_left_to_it(
    postgres: Postgres, service: Service
) -> None:
    engine = open_engine(url := postgres.new_database())
    SQLModel.metadata.create_all(engine)
    owe_mail(engine, "held", "free")
    with engine.begin() as connection:
        connection.execute(update(OUTBOX).where(OUTBOX.c.key == "held").values(payload={"n": 2}))

        ended = run("dispatch", "--once", env=environment(url, **by_mail(service)))

        assert (ended.returncode, ended.stderr) == (0, "")
        assert service.keys() == ["free"]
    engine.dispose()
    postgres.drop(url)
