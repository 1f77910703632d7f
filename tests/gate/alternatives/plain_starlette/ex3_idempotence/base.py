"""La base : tables reflétées de celles qui existent, chaque transaction ouverte par BEGIN IMMEDIATE."""

import os
from typing import Any

from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, create_engine, event


class Base:
    """Le moteur, et les tables par leur nom."""

    def __init__(self) -> None:
        self.engine = self.open()
        metadata = MetaData()
        Table(
            "attempts",
            metadata,
            Column("svix_id", Text, primary_key=True),
            Column("n", Integer, nullable=False),
        )
        metadata.create_all(self.engine)
        metadata.reflect(self.engine)
        self.users, self.inbox, self.outbox, self.attempts = (
            metadata.tables[name] for name in ("users", "inbox", "outbox", "attempts")
        )

    @staticmethod
    def open() -> Engine:
        """Ouvrir la base que nomme l'environnement."""
        engine = create_engine(os.environ["DATABASE_URL"], connect_args={"timeout": 8})

        @event.listens_for(engine, "connect")
        def manual(connection: Any, _record: object) -> None:
            connection.isolation_level = None

        @event.listens_for(engine, "begin")
        def immediate(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine
