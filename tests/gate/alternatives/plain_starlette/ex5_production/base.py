"""La base : tables reflétées au démarrage, transactions ouvertes par BEGIN IMMEDIATE."""

import os
import sqlite3
from contextlib import closing
from typing import Any

from sqlalchemy import Engine, MetaData, NullPool, create_engine, event


class Base:
    """Le moteur, et les tables par leur nom ; chaque transaction a sa propre connexion."""

    def __init__(self) -> None:
        self.engine = self.open()
        metadata = MetaData()
        metadata.reflect(self.engine)
        self.tables = dict(metadata.tables)

    @staticmethod
    def open() -> Engine:
        """Ouvrir la base que nomme l'environnement."""
        engine = create_engine(
            os.environ["DATABASE_URL"], poolclass=NullPool, connect_args={"timeout": 8}, hide_parameters=True
        )

        @event.listens_for(engine, "connect")
        def manual(connection: Any, _record: object) -> None:
            connection.isolation_level = None

        @event.listens_for(engine, "begin")
        def immediate(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine

    def is_ready(self) -> bool:
        """Dire si chaque table se lit, sans transaction : lire ne doit attendre aucun verrou d'écriture."""
        try:
            with closing(self.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
                for name in self.tables:
                    cursor.execute(f"SELECT max(rowid) FROM {name}")
        except sqlite3.Error:
            return False
        return True
