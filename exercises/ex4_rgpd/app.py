"""Le serveur de l'exercice 4 : les livraisons de l'exercice 3, l'effacement et l'export."""

import os
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from ex4_rgpd.export import add_export
from ex4_rgpd.processing import process
from kit.database import create_tables, open_engine
from kit.receiver import build_app


class MissingSettingError(Exception):
    """Une variable d'environnement manque : un jeton vide ouvrirait l'export à tous."""


def required(name: str) -> str:
    """Lire une variable d'environnement, qui ne peut être ni absente ni vide."""
    value = os.environ.get(name, "")
    if not value:
        raise MissingSettingError(f"{name} est vide. Donnez-lui une valeur longue et tirée au hasard.")
    return value


def create_app() -> FastAPI:
    """Monter l'application. La clé du registre et le jeton sont lus ici, au démarrage."""
    key, token = required("ERASURE_KEY"), required("ADMIN_TOKEN")
    engine = open_engine(os.environ["DATABASE_URL"])
    create_tables(engine, Path(__file__).with_name("schema.sql"))
    app = build_app(partial(process, engine, key=key))
    add_export(app, engine, token)
    return app
