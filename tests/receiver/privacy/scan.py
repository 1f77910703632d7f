"""Reading a whole database, whatever its tables: a table of tomorrow is read too."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, inspect, text

from reference_impl.store.engine import reading


def read_all(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Give every row of every table that the database itself names."""
    with reading(engine).connect() as connection:
        return {
            table: [
                {name: _plain(value) for name, value in row.items()}
                for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
            ]
            for table in sorted(inspect(connection).get_table_names())
        }


def _plain(value: Any) -> Any:
    return bytes(value).decode() if isinstance(value, bytes | memoryview) else value


def says(value: Any, markers: Collection[str]) -> set[str]:
    """Give the markers that a value holds, in any case and whatever JSON escapes."""
    told = str(value).lower().replace("\\u0026", "&").replace("\\u00e9", "é")
    return {marker for marker in markers if marker.lower() in told}


def scan(engine: Engine, markers: Collection[str]) -> set[tuple[str, str, str]]:
    """Give the (table, column, marker) where a marker stands."""
    return {
        (table, column, marker)
        for table, rows in read_all(engine).items()
        for row in rows
        for column, value in row.items()
        for marker in says(value, markers)
    }


def rows_without(engine: Engine, markers: Collection[str]) -> set[tuple[str, str]]:
    """Give the rows where no marker stands, exactly as they are."""
    return {
        (table, repr(row))
        for table, rows in read_all(engine).items()
        for row in rows
        if not says(row, markers)
    }
