"""La base SQLite d'un exercice : transactions ordinaires, cinq secondes de patience devant un verrou."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

BUSY_TIMEOUT_S = 5
"""Attente d'un verrou tenu par un autre processus, en secondes ; passé ce délai, SQLite répond « database is locked »."""


def open_engine(url: str) -> Engine:
    """Ouvrir la base à l'adresse `sqlite:///…` et rendre un moteur SQLAlchemy.

    Le module `sqlite3` ouvre ses transactions à sa façon, trop tard pour une lecture suivie d'une écriture.
    On lui retire ce soin : SQLAlchemy envoie lui-même un BEGIN ordinaire (DEFERRED) au début de chaque transaction.
    """
    # hide_parameters : sans lui, la trace d'une erreur SQL recopie les valeurs de la requête, adresses comprises.
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def leave_transactions_to_sqlalchemy(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def create_tables(engine: Engine, schema: Path) -> None:
    """Exécuter `schema.sql` ; chaque ordre est un CREATE … IF NOT EXISTS, sans effet sur une base déjà prête."""
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.executescript(schema.read_text(encoding="utf-8"))
