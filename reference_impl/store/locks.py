"""Un verrou par personne, le temps d'une transaction.

Un effacement et une écriture sur la même personne ne doivent pas se croiser : l'écriture ne verrait pas encore
l'effacement au registre, l'effacement ne verrait pas encore la ligne écrite, et la personne reviendrait.
"""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, text

from reference_impl.store.dialects import is_postgresql

_LOCK = text(
    "SELECT pg_advisory_xact_lock(key)"
    " FROM (SELECT unnest(CAST(:keys AS bigint[])) AS key ORDER BY key) AS sorted"
)

_IMPATIENT = text("SET LOCAL lock_timeout = '1s'")


def lock_key(clerk_id: str) -> int:
    """Réduire l'identifiant à un entier signé de 64 bits, le même dans tous les processus."""
    return int.from_bytes(hashlib.sha256(clerk_id.encode()).digest()[:8], signed=True)


def lock_people(connection: Connection, people: Iterable[str]) -> None:
    """Attendre d'être seul à écrire sur ces personnes ; le verrou est rendu à la fin de la transaction.

    SQLite n'a rien à faire : `BEGIN IMMEDIATE` n'admet déjà qu'un écrivain. Les verrous sont pris dans l'ordre des
    clés : deux transactions qui les prendraient en sens inverse s'attendraient l'une l'autre. Un seul aller-retour
    suffit, quel que soit leur nombre.
    """
    if is_postgresql(connection):
        connection.execute(_LOCK, {"keys": sorted({lock_key(person) for person in people})})


def impatient(connection: Connection) -> None:
    """N'attendre qu'une seconde les verrous de cette transaction : un groupe ne doit pas attendre pour une personne."""
    if is_postgresql(connection):
        connection.execute(_IMPATIENT)
