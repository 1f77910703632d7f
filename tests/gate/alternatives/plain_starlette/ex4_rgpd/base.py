"""La base : des index de plus, deux sur une expression ; une transaction commence par BEGIN IMMEDIATE."""

import os
from typing import Any

from sqlalchemy import Engine, create_engine, event

INDEXES = (
    "CREATE INDEX IF NOT EXISTS register_by_subject ON erasure_register (subject)",
)


def open_engine() -> Engine:
    """Ouvrir la base que nomme l'environnement, et lui donner nos index."""
    engine = create_engine(os.environ["DATABASE_URL"], connect_args={"timeout": 8})

    @event.listens_for(engine, "connect")
    def manual(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def immediate(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        for statement in INDEXES:
            connection.exec_driver_sql(statement)
    return engine
