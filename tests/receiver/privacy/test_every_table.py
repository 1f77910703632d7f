"""A table of tomorrow with a `clerk_id` cannot be forgotten: erasure, export and restoration must treat it."""

from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, Table
from sqlmodel import JSON, SQLModel

from reference_impl.privacy.erasure import erase_now
from reference_impl.privacy.export import collect
from reference_impl.privacy.restore import apply_register
from reference_impl.receiving.receive import Receiver

from .scan import scan

CLERK_ID = "user_ofeverytable"
TABLES = [table for table in SQLModel.metadata.sorted_tables if "clerk_id" in table.c]


def filled(table: Table) -> dict[str, Any]:
    """Fill every column of a table with a value of its type."""
    values: dict[type, Any] = {
        BigInteger: 1_764_583_200_000,
        Boolean: True,
        Integer: 1,
        JSON: [],
        LargeBinary: b'{"type": "user.updated", "data": {}}',
    }
    row = {column.name: values.get(type(column.type), f"a {column.name}") for column in table.c}
    return {**row, "clerk_id": CLERK_ID, **({"deleted_at": None} if "deleted_at" in table.c else {})}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("way", ["erasure", "restoration"])
def test_a_table_that_names_a_person_is_exported_and_then_erased(
    table: Table, way: str, receiver: Receiver
) -> None:
    with receiver.engine.begin() as connection:
        connection.execute(table.insert().values(filled(table)))
        exported = collect(connection, CLERK_ID)

    assert [row["clerk_id"] for row in exported[table.name]] == [CLERK_ID]
    if way == "erasure":
        erase_now(receiver, CLERK_ID, cause="request")
    else:
        entry = (receiver.subjects(CLERK_ID), 1, "request")
        assert apply_register(receiver.engine, receiver.subjects, [entry], 2) == 1
    assert not scan(receiver.engine, [CLERK_ID])
    with receiver.engine.connect() as connection:
        assert not any(collect(connection, CLERK_ID).values())
