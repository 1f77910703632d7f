"""Trois états d'une même base : ce qu'en dit `SELECT 1`, et ce qu'en dit /ready."""

import tempfile
from pathlib import Path

from sqlalchemy import Engine, text

from reference_impl.edge.health import is_ready
from reference_impl.migrations.run import upgrade
from reference_impl.store.engine import open_engine


def say(state: str, engine: Engine) -> None:
    """Poser les deux questions à la même base."""
    with engine.connect() as connection:
        answer = connection.execute(text("SELECT 1")).scalar_one()
    print(f"{state:<18} SELECT 1 : {answer}    /ready : {'prête' if is_ready(engine) else '503'}")


with tempfile.TemporaryDirectory() as folder:
    database = Path(folder) / "receiver.db"
    engine = open_engine(f"sqlite:///{database}")
    say("base non migrée", engine)
    engine.dispose()  # SQLite vide alors son journal WAL dans le fichier
    upgrade(f"sqlite:///{database}")
    say("base migrée", engine)
    with database.open("r+b") as file:  # un autre fichier copié par-dessus, pendant que le serveur tourne
        file.write(b"ceci n'est plus une base".ljust(database.stat().st_size, b"\0"))
    say("fichier écrasé", engine)
    engine.dispose()
