"""Un verrou par personne, le temps d'une transaction.

L'effacement et l'arrivée d'une nouvelle sur la même personne ne doivent pas se croiser : l'une lirait un registre
encore vide, l'autre effacerait une ligne pas encore écrite, et la personne reviendrait.
"""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, text

from reference_impl.store.dialects import is_postgresql

_LOCK = text(
    "SELECT pg_advisory_xact_lock(key)"
    " FROM (SELECT unnest(CAST(:keys AS bigint[])) AS key ORDER BY key) AS sorted"
)


def lock_key(clerk_id: str) -> int:
    """Réduire l'identifiant à un entier signé de 64 bits, le même dans tous les processus."""
    return int.from_bytes(hashlib.sha256(clerk_id.encode()).digest()[:8], signed=True)


def lock_people(connection: Connection, people: Iterable[str]) -> None:
    """Attendre d'être seul à écrire sur ces personnes ; le verrou tombe avec la transaction.

    SQLite n'a rien à faire : `BEGIN IMMEDIATE` n'admet déjà qu'un écrivain. Les clés sont prises dans l'ordre :
    deux transactions qui voudraient les mêmes en sens inverse s'attendraient l'une l'autre. Un seul aller-retour,
    quel que soit leur nombre.
    """
    if is_postgresql(connection):
        connection.execute(_LOCK, {"keys": sorted({lock_key(person) for person in people})})
