"""Être en vie n'est pas être prêt : la base répond-elle encore ?"""

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session


def is_ready(engine: Engine) -> bool:
    """Dire si une table se lit.

    `SELECT 1` ne suffit pas : SQLite y répond sans ouvrir le fichier, même si ce fichier n'est plus une base.
    """
    raise NotImplementedError("TODO : lisez une table, et traduisez l'échec en False")
