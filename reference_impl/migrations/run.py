"""Appliquer les migrations. Il n'y a pas de fichier `alembic.ini` : tout est dans le paquet."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def configuration(url: str) -> Config:
    """Indiquer à Alembic où sont les migrations, et quelle base migrer."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Porter la base à `revision` ; sans effet si elle y est déjà."""
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Ramener la base à une version antérieure."""
    command.downgrade(configuration(url), revision)
