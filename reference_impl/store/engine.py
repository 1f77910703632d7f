"""Le moteur SQL : SQLite embarqué ou PostgreSQL, avec les réglages que chacun demande."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

LOCK_TIMEOUT_S = 5
"""Attente d'un verrou, en secondes. Svix n'attend que 15 s en tout : mieux vaut lui répondre 503 avant."""

STATEMENT_TIMEOUT_S = 10
"""Durée d'un ordre SQL, en secondes (PostgreSQL)."""


def normalize_url(url: str) -> str:
    """Nommer le pilote psycopg 3 dans l'adresse : les hébergeurs donnent `postgres://` ou `postgresql://`."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def open_engine(url: str, *, pool_size: int = 10) -> Engine:
    """Ouvrir le moteur. `pool_size` borne les connexions de ce processus ; aucune n'est ouverte ici."""
    url = normalize_url(url)
    if url.startswith("sqlite"):
        return _open_sqlite(url)
    # Les délais du serveur ne valent que s'il répond : ceux du réseau disent qu'il ne répond plus.
    network = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 30}
    timeouts = f"-c lock_timeout={LOCK_TIMEOUT_S}s -c statement_timeout={STATEMENT_TIMEOUT_S}s"
    return create_engine(
        url,
        # Sans cela, le message d'une erreur SQL recopie les valeurs de la requête, adresses comprises.
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=LOCK_TIMEOUT_S,
        pool_recycle=1800,
        # Après un redémarrage de PostgreSQL, une connexion périmée se remplace au lieu de coûter un 503.
        pool_pre_ping=True,
        connect_args={"options": timeouts, "application_name": "clerk-receiver", **network},
    )


def _open_sqlite(url: str) -> Engine:
    """Ouvrir SQLite : journal WAL, et des transactions qui prennent le verrou d'écriture dès leur début.

    Sinon, une transaction qui lit puis écrit échoue sans attendre si une autre a écrit entre les deux ; avec
    `BEGIN IMMEDIATE`, elle attend son tour avant de lire.
    """
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": LOCK_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # le module sqlite3 n'ouvre plus de transaction à sa façon
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        deferred = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")

    return engine


def without_statement_timeout(connection: Connection) -> None:
    """Lever la limite de durée des ordres SQL, dans cette transaction : elle lit des tables entières."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def reading(engine: Engine) -> Engine:
    """Rendre le même moteur, pour des lectures seules : sur SQLite, elles n'attendent pas le verrou d'écriture."""
    return engine.execution_options(read_only=True)
