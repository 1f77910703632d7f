"""Make a database old: multiply the rows that real deliveries left, by SQL, without knowing the tables.

A copy is its original under other keys: every text column that is a primary key, holds a unique index or is a
`clerk_id` gets the suffix `-n`, so that the copy `n` of a user keeps its deliveries and its sessions. Rows are copied as
they are in all else, sizes of bodies included.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]

# Columns of each table of the schema, and whether the column must differ from row to row.
_COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type,
       c.column_name = 'clerk_id' OR EXISTS (
           SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
           WHERE i.indisunique AND i.indrelid = format('public.%I', c.table_name)::regclass
             AND a.attname = c.column_name)
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'alembic_version'
  AND c.is_identity = 'NO' AND coalesce(c.column_default, '') NOT LIKE 'nextval(%'
ORDER BY c.table_name, c.ordinal_position
"""
_TEXTS = {"text", "character varying", "character"}


@dataclass(frozen=True)
class Column:
    """A column and whether a copy must change it."""

    name: str
    is_key: bool

    def copied(self) -> sql.Composable:
        """Return the expression of the copy `n` of this column."""
        column = sql.Identifier(self.name)
        return sql.SQL("{} || '-' || n").format(column) if self.is_key else column


def copy_of(key: str, number: int) -> str:
    """Return the key of a copy; number 0 is the original."""
    return f"{key}-{number}" if number else key


def multiply(connection: Connection, copies: int) -> dict[str, int]:
    """Copy every row of every table `copies` times, vacuum, analyse; the rows of each table that has any.

    Raises SystemExit if a key is no text, for then this way of copying does not fit the schema.
    """
    for table, columns in tables_of(connection).items():
        if copies:
            connection.execute(_statement(table, columns), (copies,))
    connection.execute("VACUUM (ANALYZE)")
    connection.execute("CHECKPOINT")
    counts = {table: _count(connection, table) for table in tables_of(connection)}
    return {table: count for table, count in counts.items() if count}


def tables_of(connection: Connection) -> dict[str, list[Column]]:
    """Read the schema: the columns of each table, those excepted that the database numbers itself."""
    tables: dict[str, list[Column]] = {}
    for table, name, type_, is_key in connection.execute(_COLUMNS.encode()).fetchall():
        columns = tables.setdefault(str(table), [])
        if is_key and type_ not in _TEXTS:
            is_key = False  # the other half of a key, such as a version: the text half tells the copies apart
        columns.append(Column(str(name), bool(is_key)))
    for table, columns in tables.items():
        if not any(column.is_key for column in columns) and _count(connection, table):
            raise SystemExit(f"table {table} has no text key: teach bench/receiver/filling.py how to copy it")
    return tables


def _statement(table: str, columns: list[Column]) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    values = sql.SQL(", ").join(column.copied() for column in columns)
    return sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values} FROM {table}, generate_series(1, %s) AS n"
    ).format(table=sql.Identifier(table), names=names, values=values)


def _count(connection: Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(str(row[0]))
