"""Ce qu'Alembic exécute pour migrer : ouvrir la base comme le récepteur l'ouvre, puis appliquer les migrations."""

from typing import Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import reference_impl.tables  # noqa: F401  les tables se déclarent à l'importation
from reference_impl.store.engine import open_engine


def render_text_as_string(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Écrire `sa.String()` pour le texte de SQLModel : une migration ne doit dépendre que de SQLAlchemy."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


# Deux migrations lancées ensemble passent l'une après l'autre : la seconde attend, puis n'a plus rien à faire.
MIGRATION_LOCK = 7_301_955_021

engine = open_engine(context.config.attributes["url"])
with engine.connect() as connection:
    if engine.dialect.name == "postgresql":
        # Attendre le verrou ou migrer une grande table peut dépasser les délais des ordres ordinaires.
        connection.exec_driver_sql("SET lock_timeout = 0; SET statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=engine.dialect.name == "sqlite",  # SQLite ne sait pas modifier une colonne en place
        compare_type=True,
        compare_server_default=True,
        render_item=render_text_as_string,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
