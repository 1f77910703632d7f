"""Ce que SQLite enregistre sans protester, et que PostgreSQL refuse ou change."""

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

TABLES = sa.MetaData()
USERS = sa.Table("users", TABLES, sa.Column("clerk_id", sa.String, primary_key=True))
EVENTS = sa.Table(
    "events",
    TABLES,
    sa.Column("clerk_id", sa.ForeignKey("users.clerk_id")),
    sa.Column("happened_ms", sa.Integer),
    sa.Column("received_at", sa.DateTime(timezone=True)),
    sa.Column("locale", sa.String(5)),
)
MONTREAL = datetime(2026, 1, 15, 14, 0, tzinfo=timezone(timedelta(hours=-5)))
ROW = {
    "clerk_id": "user_inconnu",
    "happened_ms": 1_768_503_600_000,
    "received_at": MONTREAL,
    "locale": "français (Canada)",
}

engine = sa.create_engine("sqlite://")
TABLES.create_all(engine)
with engine.begin() as connection:
    connection.execute(EVENTS.insert().values(ROW))
    for name, value in connection.execute(sa.select(EVENTS)).mappings().one().items():
        print(f"{name:<12} écrit {ROW[name]!s:<26} relu {value}")
engine.dispose()

print(f"\nLes types que recevrait PostgreSQL (un INTEGER y va jusqu'à {2**31 - 1}) :")
for column in EVENTS.columns:
    print(f"{column.name:<12} {column.type.compile(dialect=postgresql.dialect())}")
