"""Webhooks that arrive during a scan, and two scans at once: the rows are those of the last version of each person."""

import random
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text, update

from reference_impl.privacy.register import erased_among, register
from reference_impl.receiving.receive import Receiver
from reference_impl.reconciliation.backend_api import BackendApi
from reference_impl.reconciliation.exchange import Exchange
from reference_impl.reconciliation.missing import erase_missing
from reference_impl.reconciliation.scan import reconcile
from reference_impl.store.locks import lock_people
from reference_impl.store.users import USERS

from .fake_clerk import SECRET_KEY, FakeClerk
from .people import NOW, address, emails, tell, user

PEOPLE = 60
VERSIONS = 3


def together(*tasks: Callable[[], Any]) -> None:
    """Run the tasks at once; the first failure is raised here."""
    failures: list[Exception] = []

    def run(task: Callable[[], Any]) -> None:
        try:
            task()
        except Exception as error:  # noqa: BLE001  raised in the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def someone_waits(connection: Connection) -> bool:
    query = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return bool(connection.execute(query).scalar_one())


def during(receiver: Receiver, task: Callable[[], Any], write: Callable[[Connection], Any]) -> None:
    """Start the task while a transaction has written about Ada under her lock, and commit once the task waits for it."""
    waiting = threading.Thread(target=task)
    with receiver.engine.begin() as connection:
        lock_people(connection, ["user_ada"])
        write(connection)
        waiting.start()
        with receiver.engine.connect() as watching:
            while waiting.is_alive() and not someone_waits(watching):
                pass
        assert waiting.is_alive()
    waiting.join()


def test_a_page_waits_for_the_erasure_that_is_under_way(receiver: Receiver, clerk: FakeClerk) -> None:
    """Else it would read a register without the person, write the row, and bring them back."""
    if receiver.engine.dialect.name == "sqlite":
        return  # one writer at a time: the page cannot even begin
    clerk.sign_up(user("ada"))
    with BackendApi(Exchange(SECRET_KEY, clerk.url)) as api:
        during(
            receiver,
            lambda: reconcile(receiver, api),
            lambda connection: register(connection, receiver.subjects("user_ada"), NOW, "user.deleted"),
        )

    assert emails(receiver) == {}


def test_an_erasure_waits_for_the_webhook_that_is_under_way(receiver: Receiver) -> None:
    """Else it would judge the row as it was before, and erase somebody who is there."""
    if receiver.engine.dialect.name == "sqlite":
        return
    tell(receiver, "user.created", user("ada"), NOW)
    during(
        receiver,
        lambda: erase_missing(receiver, "user_ada", NOW + 100),
        lambda connection: connection.execute(update(USERS).values(clerk_updated_at=NOW + 200)),
    )

    assert set(emails(receiver)) == {"ada"}


def test_webhooks_during_two_scans_end_with_the_same_rows(receiver: Receiver, clerk: FakeClerk) -> None:
    """Every fifth person leaves; the webhooks come in any order, one in six is lost, Clerk lists the last version."""
    draw = random.Random(20261120)
    history = [
        user(str(n), version=NOW - 1000 + v, created=NOW - 1000)
        for n in range(PEOPLE)
        for v in range(VERSIONS)
    ]
    last = {person["id"]: person for person in history}
    leaving = {f"user_{n}" for n in range(0, PEOPLE, 5)}
    clerk.sign_up(*last.values())
    deliveries: list[tuple[str, dict[str, Any]]] = [("user.updated", person) for person in history]
    deliveries = draw.sample(deliveries, len(deliveries) * 5 // 6)
    deliveries += [("user.deleted", {"id": clerk_id, "deleted": True}) for clerk_id in leaving]
    draw.shuffle(deliveries)

    def scan() -> None:
        with BackendApi(Exchange(SECRET_KEY, clerk.url), page=7) as api:
            reconcile(receiver, api)

    def deliver(mine: list[tuple[str, dict[str, Any]]]) -> None:
        for kind, data in mine:
            if kind == "user.deleted":
                clerk.remove(data["id"])
            tell(receiver, kind, data, NOW)

    together(scan, scan, lambda: deliver(deliveries[::2]), lambda: deliver(deliveries[1::2]))
    scan()

    staying = {clerk_id[5:]: address(person) for clerk_id, person in last.items() if clerk_id not in leaving}
    assert emails(receiver) == staying
    with receiver.engine.connect() as connection:
        assert erased_among(connection, receiver.subjects, list(last)) == leaving
