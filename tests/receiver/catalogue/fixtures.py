"""The events of the tests, and what a database holds after them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import SQLModel

PAYLOADS = Path(__file__).parents[1] / "payloads"

ORDINARY = sorted(path.stem for path in PAYLOADS.glob("*.json"))
EDGE = sorted(f"edge/{path.stem}" for path in (PAYLOADS / "edge").glob("*.json"))

PERSON = "user_3GkE53miUJvvZdv3CnZWUTni9yA"
ORGANIZATION = "org_3Gk9UV80h8iyKny1ilUoS7Rh7Qn"


def body(name: str) -> bytes:
    """The bytes of a payload."""
    return (PAYLOADS / f"{name}.json").read_bytes()


def event(name: str) -> dict[str, Any]:
    """A payload, as a value that one may change."""
    found: dict[str, Any] = json.loads(body(name))
    return found


def table_rows(engine: Engine, model: type[SQLModel]) -> list[dict[str, Any]]:
    """The rows of a table, JSON columns decoded."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(model.__table__)).mappings()]  # type: ignore[attr-defined]


def contents(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """All the rows of all the tables."""
    with engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for name, table in SQLModel.metadata.tables.items()
        }


def emptied(engine: Engine) -> None:
    """Remove all rows."""
    with engine.begin() as connection:
        for table in SQLModel.metadata.tables.values():
            connection.execute(table.delete())


def paths(value: Any, depth: int, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of each field and item of a JSON value, down to a depth."""
    if depth == 0 or not isinstance(value, dict | list):
        return
    for key in value if isinstance(value, dict) else range(len(value)):
        yield (*at, key)
        yield from paths(value[key], depth - 1, (*at, key))


MISSING = object()


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value there, or without that field."""
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    if value is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copy
