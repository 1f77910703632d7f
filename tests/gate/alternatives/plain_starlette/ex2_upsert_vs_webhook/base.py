"""La base : SQLAlchemy Core, chaque transaction ouverte par BEGIN IMMEDIATE."""

import os
from typing import Any

from sqlalchemy import BigInteger, Column, Engine, Index, MetaData, Table, Text, create_engine, event

metadata = MetaData()
users = Table(
    "users",
    metadata,
    Column("clerk_id", Text, primary_key=True),
    Column("email", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("clerk_updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
)
by_email = Index("users_by_email", users.c.email, users.c.deleted_at)


def open_engine() -> Engine:
    """Ouvrir la base que nomme l'environnement, et lui donner notre index."""
    engine = create_engine(os.environ["DATABASE_URL"], connect_args={"timeout": 8})

    @event.listens_for(engine, "connect")
    def manual(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def immediate(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    metadata.create_all(engine)
    by_email.create(engine, checkfirst=True)
    return engine
