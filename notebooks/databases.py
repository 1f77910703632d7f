"""Les bases des labs : SQLite dans un fichier, et un vrai PostgreSQL, tous deux neufs, avec les tables du récepteur."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.sender import Delivery
from reference_impl.clock import Clock, now_ms
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.migrations.run import upgrade
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.reactions import NONE, Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.store.engine import open_engine
from tests.receiver.postgres import running_postgres

ERASURE_KEY = "la-cle-d-effacement-des-labs"


@contextmanager
def both_databases() -> Iterator[dict[str, str]]:
    """Démarrer les deux bases ; rendre leurs adresses par nom. Tout disparaît à la sortie du bloc."""
    with running_postgres() as server, sqlite_database() as sqlite:
        postgresql = server.new_database()
        upgrade(postgresql)
        yield {"SQLite": sqlite, "PostgreSQL": postgresql}


@contextmanager
def sqlite_database() -> Iterator[str]:
    """Créer une base SQLite dans un dossier neuf ; rendre son adresse. Le dossier disparaît à la sortie du bloc."""
    with tempfile.TemporaryDirectory(prefix="lab") as folder:
        url = f"sqlite:///{Path(folder) / 'receiver.db'}"
        upgrade(url)
        yield url


@contextmanager
def receiving(
    url: str, *, clock: Clock = now_ms, reactions: Reactions = NONE
) -> Iterator[Receiver]:
    """Ouvrir le récepteur de référence sur cette base ; `clock` donne des millisecondes depuis 1970."""
    engine = open_engine(url)
    yield Receiver(
        engine=engine,
        subjects=Subjects(ERASURE_KEY),
        clock=clock,
        reactions=reactions,
    )
    engine.dispose()


def verified(delivery: Delivery) -> VerifiedDelivery:
    """Tenir la livraison pour vérifiée : dans un temps simulé, l'horodatage ne serait jamais celui d'aujourd'hui."""
    return VerifiedDelivery(delivery.svix_id, delivery.body, secret_index=0)
