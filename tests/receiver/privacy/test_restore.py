"""A backup brings back whom it knew; the register, kept apart, erases them again."""

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import SQLModel

from reference_impl.privacy.register import Subjects
from reference_impl.privacy.restore import (
    BrokenRegisterError,
    apply_register,
    export_register,
    read_register,
)
from reference_impl.receiving.receive import Receiver
from reference_impl.store.outbox import OUTBOX
from tests.receiver.edge.served import Client

from .people import A
from .scan import read_all, rows_without, scan

MARKERS = set(A.markers().values())


@pytest.fixture
def backup(
    request: pytest.FixtureRequest, engine: Engine, tmp_path: Path
) -> Callable[[], Callable[[], None]]:
    """Give what backs the database up now, and then gives what restores it."""

    def take() -> Callable[[], None]:
        if engine.dialect.name == "sqlite":
            live, kept = str(engine.url.database), str(tmp_path / "backup.db")
            copy_file(live, kept)
            return lambda: copy_file(kept, live)
        saved = _raw(engine)

        def reload() -> None:
            with engine.begin() as connection:
                for name, rows in saved.items():
                    connection.exec_driver_sql(f'DELETE FROM "{name}"')
                    if rows:
                        connection.execute(SQLModel.metadata.tables[name].insert(), rows)

        return reload

    return take


def copy_file(source: str, target: str) -> None:
    """Copy a database by SQLite's own backup, which minds who else has it open."""
    with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(target)) as other:
        whole.backup(other)


def _raw(engine: Engine) -> dict[str, list[dict]]:
    with engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in SQLModel.metadata.sorted_tables
        }


def register_of(engine: Engine) -> str:
    file = io.StringIO()
    assert export_register(engine, file) == len(file.getvalue().splitlines())
    return file.getvalue()


def test_a_restored_person_is_erased_again_and_nobody_else(
    lived: Client, receiver: Receiver, engine: Engine, backup
) -> None:
    restore = backup()
    lived.deliver(A.event("user.deleted"))
    copied = register_of(engine)
    restore()
    assert {marker for _, _, marker in scan(engine, MARKERS)} == A.stored()  # the backup brought them back
    others = rows_without(engine, MARKERS)

    again = apply_register(engine, receiver.subjects, read_register(copied.splitlines()), 5)

    assert again == 1
    assert not scan(engine, MARKERS)
    assert {name for name, _ in others - rows_without(engine, MARKERS)} <= {"inbox_mentions"}
    assert register_of(engine) == copied
    # The notices are due again: the backup cannot know that they left. Their keys are the same, so that the
    # recipient recognises them.
    with engine.connect() as connection:
        due = connection.execute(
            select(OUTBOX.c.key).where(OUTBOX.c.kind == "art19", OUTBOX.c.done_at.is_(None))
        )
        references = {"crm": "crm-ref-4", "mail": "mail-ref-4"}
        expected = {
            f"art19/{name}/{receiver.subjects(f'{A.clerk_id}/{ref}')}" for name, ref in references.items()
        }
        assert set(due.scalars()) == expected
    assert apply_register(engine, receiver.subjects, read_register(copied.splitlines()), 6) == 0


def test_a_late_event_finds_the_restored_register(client: Client, receiver: Receiver, engine: Engine) -> None:
    entry = (receiver.subjects(A.clerk_id), 5, "request")
    apply_register(engine, receiver.subjects, [entry], 6)

    assert client.deliver(A.event("user.created")).status_code == 204
    assert not scan(engine, MARKERS)


def test_a_restored_dead_letter_is_emptied_again(client: Client, receiver: Receiver, engine: Engine) -> None:
    client.deliver(f'{{"to": "{A.clerk_id}"'.encode(), "msg_broken")

    assert apply_register(engine, receiver.subjects, [(receiver.subjects(A.clerk_id), 5, "request")], 6) == 1
    assert not scan(engine, MARKERS)


GOOD = json.dumps({"subject": Subjects("k" * 16)("user_1"), "erased_at": 5, "cause": "request"})


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "broken",
    [
        "not json",
        "[]",
        "null",
        "{}",
        GOOD[:-3],
        GOOD.replace("request", "").replace('"cause": ""', '"cause": null'),
        GOOD.replace("5}", "null}").replace('"erased_at": 5', '"erased_at": "soon"'),
        GOOD.replace('"erased_at": 5', '"erased_at": 1e400'),
        GOOD.replace('"erased_at": 5', '"erased_at": 99999999999999999999'),
        json.dumps({"subject": "user_1", "erased_at": 5, "cause": "request"}),
        json.dumps({"subject": None, "erased_at": 5, "cause": "request"}),
    ],
)
def test_a_broken_register_is_refused_by_the_number_of_its_line_and_changes_nothing(
    broken: str, receiver: Receiver
) -> None:
    before = read_all(receiver.engine)

    with pytest.raises(BrokenRegisterError, match=r"^Ligne 3 : "):
        apply_register(receiver.engine, receiver.subjects, read_register([GOOD, "\n", broken]), 5)

    assert read_all(receiver.engine) == before
