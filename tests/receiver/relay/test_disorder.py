"""Disorder and repetition on both sides: a correct application ends with the state that the receiver has."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any

import pytest
from sqlalchemy import Engine, text

from reference_impl.edge.login import record_login
from reference_impl.edge.session_token import SessionClaims
from reference_impl.store.engine import open_engine
from tests.receiver.catalogue.fixtures import event
from tests.receiver.privacy.scan import read_all

from .application import Answer, Application, Copy, Sent
from .conftest import FIELDS, House

BASE = 1_764_583_200_000

PEOPLE = ["user_1", "user_2", "user_3"]
ORGANIZATIONS = ["org_1", "org_2"]

Move = Callable[[House], object]


def told(kind: str, version: int, **data: Any) -> Move:
    """A delivery of Clerk."""
    whole = event(kind)
    whole["timestamp"] = BASE + version
    whole["data"] |= {"updated_at": BASE + version, **data}
    return lambda house: house.tell(whole)


def logged_in(person: str, seconds: int) -> Move:
    """A login, by a token of so many seconds later."""

    def move(house: House) -> None:
        house.time.now += 1
        name = f"login {seconds}"
        claims = SessionClaims(person, BASE // 1000 + seconds, f"{person}@x.test", name, name, complete=True)
        record_login(house.receiver, claims)

    return move


def changes(rng: random.Random) -> Iterator[Move]:
    """All that happens: three people, two organisations, their six memberships, and the end of one of each."""
    for person in PEOPLE:
        for version in rng.sample(range(1, 9_999), 4):
            yield told("user.updated", version, id=person, first_name=f"v{version}", username=f"u{version}")
        for seconds in rng.sample(range(11), 3):
            yield logged_in(person, seconds)
        for organization in ORGANIZATIONS:
            about = {
                "id": f"orgmem_{person}_{organization}",
                "organization": {"id": organization},
                "public_user_data": {"user_id": person},
            }
            for version in rng.sample(range(1, 9_999), 2):
                yield told("organizationMembership.updated", version, role=f"org:{version}", **about)
    for organization in ORGANIZATIONS:
        for version in rng.sample(range(1, 9_999), 3):
            yield told("organization.updated", version, id=organization, name=f"v{version}")
    yield told("organizationMembership.deleted", 10_000, id="orgmem_user_1_org_1")
    yield told("organization.deleted", 10_000, id="org_2")
    yield told("user.deleted", 10_000, id="user_3")


def expected(engine: Engine) -> dict[tuple[str, str], dict[str, Any]]:
    """What the receiver has, as an application should have it."""
    rows = read_all(engine)
    people = {row["clerk_id"]: {name: row[name] for name in FIELDS} for row in rows["users"]}
    organizations = {
        row["organization_id"]: {name: row[name] for name in ("name", "slug", "image_url")}
        for row in rows["organizations"]
        if row["deleted_at"] is None
    }
    memberships = {
        row["membership_id"]: {
            "organization_id": row["organization_id"],
            "user_id": row["clerk_id"],
            "role": row["role"],
        }
        for row in rows["memberships"]
        if row["deleted_at"] is None
    }
    named = {"user": people, "organization": organizations, "organizationMembership": memberships}
    return {(kind, name): {"id": name, **row} for kind, of in named.items() for name, row in of.items()}


def copied(sent: list[Sent]) -> Copy:
    copy = Copy()
    for one in sent:
        copy.take(one)
    return copy


def without_versions(rows: dict[tuple[str, str], dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        key: {name: value for name, value in row.items() if "version" not in name}
        for key, row in rows.items()
    }


def active(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(text("SELECT membership_id FROM active_memberships")).scalars())


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_order_and_the_repetitions_the_application_ends_with_the_state_of_the_receiver(
    house: House, crm: Application, seed: int
) -> None:
    rng = random.Random(seed)
    crm.answer = lambda _sent: Answer(rng.choice([204, 204, 500]))  # a 500 may come after the work is done
    happening = list(changes(rng))
    happening += rng.choices(happening, k=10)
    rng.shuffle(happening)
    for move in happening:
        move(house)
        if rng.random() < 0.5:
            house.dispatch()
            house.time.now += 2_000
    crm.answer = lambda _sent: Answer()
    while any(row.done_at is None for row in house.outbox().values()):
        house.dispatch()
        house.time.now += 60_000

    wire = crm.sent * 2
    for _ in range(5):
        rng.shuffle(wire)
        copy = copied(wire)
        assert without_versions(copy.rows) == expected(house.engine)
        assert copy.members() == active(house.engine)


def test_a_copy_that_does_not_guard_its_versions_would_be_wrong(house: House, crm: Application) -> None:
    for version in (1, 2):
        told("user.updated", version, id="user_1", first_name=f"v{version}")(house)
        house.dispatch()

    newest_first = crm.sent[::-1]
    assert copied(newest_first).rows[("user", "user_1")]["first_name"] == "v2"
    assert newest_first[-1].data["first_name"] == "v1"  # the last to arrive is not the last to be true


def test_two_dispatchers_at_once_send_each_message_once(
    house: House, crm: Application, database_url: str
) -> None:
    for rank in range(40):
        told("user.updated", 1, id=f"user_{rank}")(house)
    together, lock, met = Barrier(2), Lock(), iter(range(2))

    def meet(_sent: Sent) -> Answer:
        with lock:
            first_of_its_dispatcher = next(met, None) is not None
        if first_of_its_dispatcher:
            together.wait(30)  # neither goes on before both have begun
        return Answer()

    crm.answer = meet
    engines = [open_engine(database_url) for _ in range(2)]
    dispatchers = [house.dispatcher(engine=engine) for engine in engines]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda dispatcher: dispatcher.run_once(limit=10), dispatchers))
        list(threads.map(drain, dispatchers))

    assert len(crm.sent) == len({sent.id for sent in crm.sent}) == 40
    assert all(row.done_at and row.attempts == 1 for row in house.outbox().values())
    for engine in engines:
        engine.dispose()


def drain(dispatcher: Any) -> None:
    while dispatcher.run_once():
        pass
