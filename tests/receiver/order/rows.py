"""What a database says, without the columns that hold our own clock."""

import json
from typing import Any

from sqlalchemy import Engine, Table, select
from sqlmodel import SQLModel

import reference_impl.tables  # noqa: F401  the tables are declared by their import

from .history import World

LOCAL_CLOCKS = frozenset(
    ["first_seen_at", "reconciled_at", "received_at", "next_attempt_at"]
    + [f"{table}.created_at" for table in ("outbox", "alerts", "session_signals")]
)
"""Columns that say when *we* saw something; `created_at` of a session is Clerk's."""

LATEST_ONLY = ("relay/", "admin_email/", "mailchimp/")
"""Keys of the effects that only an applied write owes: which writes are applied depends on the order, as it must."""

MIRRORS = ("users", "sessions", "organizations", "memberships")
SETTLED = (
    *MIRRORS,
    "erasure_register",
    "outbox",
    "alerts",
    "session_signals",
    "activity_weeks",
)
"""The tables that must not depend on the order. Not among them: `inbox`, whose outcomes tell the order itself,
`inbox_mentions`, which only serve its bodies, and `departed_activity`: what comes after an erasure is counted no more."""

Rows = dict[str, list[dict[str, Any]]]


def all_tables() -> list[Table]:
    """Every table of the receiver."""
    return list(SQLModel.metadata.sorted_tables)


def rows(engine: Engine, names: tuple[str, ...] | None = SETTLED) -> Rows:
    """Rows of the named tables (of all if None), sorted, our own clocks left out.

    Of the outbox, what is named is what must not depend on the order: the effects of applied writes are left out.
    """
    with engine.begin() as connection:
        return {
            table.name: _sorted(
                [
                    _timeless(table.name, dict(row))
                    for row in connection.execute(select(table)).mappings()
                    if names is None or not row.get("key", "").startswith(LATEST_ONLY)
                ]
            )
            for table in all_tables()
            if names is None or table.name in names
        }


def _timeless(table: str, row: dict[str, Any]) -> dict[str, Any]:
    if isinstance(row.get("payload"), dict):
        row["payload"] = {name: value for name, value in row["payload"].items() if name != "at"}
    return {
        name: value for name, value in row.items() if not {name, f"{table}.{name}"} & LOCAL_CLOCKS
    }  # fmt: skip


def _sorted(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda row: json.dumps(row, sort_keys=True, default=repr))


def empty(engine: Engine) -> None:
    """Take every row away: quicker than a new database for each example."""
    with engine.begin() as connection:
        for table in all_tables():
            connection.execute(table.delete())


def read_truth(found: Rows) -> dict[str, dict[str, object]]:
    """Read the mirrors as an application would: what is deleted is not there. Same shape as `World.truth`."""
    there = {name: [row for row in found[name] if not row.get("deleted_at")] for name in MIRRORS}
    return {
        "users": {r["clerk_id"]: (r["email"], r["last_name"]) for r in there["users"]},
        "sessions": {r["session_id"]: r["status"] for r in there["sessions"]},
        "organizations": {r["organization_id"]: r["name"] for r in there["organizations"]},
        "memberships": {r["membership_id"]: (r["clerk_id"], r["role"]) for r in there["memberships"]},
    }


def check_truth(found: Rows, world: World) -> None:
    """The mirrors say what Clerk says; one welcome for each living person, none for the dead; all the dead registered."""
    assert read_truth(found) == world.truth()
    welcomes = [row["key"] for row in found["outbox"] if row["kind"] == "welcome_email"]
    assert sorted(welcomes) == sorted(f"welcome_email/{user.id}" for user in world.users)
    # Of two deletions of a person the earlier is the one that counts.
    assert sorted(row["erased_at"] for row in found["erasure_register"]) == sorted(world.erased_at)


def check_forgotten(engine: Engine, world: World) -> None:
    """Nothing of the dead is left in any table, kept bodies included."""
    everything = repr(rows(engine, None))
    for user in world.gone:
        for label, value in user.personal_data().items():
            if len(value) > MEANINGFUL:
                assert value not in everything, f"{label} of {user.id} is left"
        assert user.id not in everything


MEANINGFUL = 6
"""Shorter values, such as a first name, may well be part of something else."""
