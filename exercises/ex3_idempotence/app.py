"""Le serveur de l'exercice 3 : chaque livraison vérifiée passe à `process`."""

import os
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from ex3_idempotence.processing import process
from kit.database import create_tables, open_engine
from kit.receiver import build_app


def create_app() -> FastAPI:
    """Monter l'application. Une exception levée par `process` devient une réponse 500, et Svix réessaiera."""
    engine = open_engine(os.environ["DATABASE_URL"])
    create_tables(engine, Path(__file__).with_name("schema.sql"))
    return build_app(partial(process, engine))
