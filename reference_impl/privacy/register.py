"""Le registre d'effacement : qui a été effacé, sans dire qui.

L'empreinte est calculée avec une clé secrète : contre un simple SHA-256, on essaierait un à un les identifiants connus.
Pour qui détient la clé, elle reste une donnée personnelle (RGPD, considérant 26) : la clé n'est donc pas dans la base.
"""

import hashlib
import hmac
from collections.abc import Collection

from sqlalchemy import Connection, Table, select, update

from reference_impl.store.dialects import insert
from reference_impl.tables import ErasureEntry

REGISTER: Table = ErasureEntry.__table__  # type: ignore[attr-defined]


class Subjects:
    """Le calcul de l'empreinte d'une personne, d'après son identifiant."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def __call__(self, clerk_id: str) -> str:
        """Rendre hex(HMAC-SHA256(`ERASURE_KEY`, `clerk_id`))."""
        return hmac.new(self._key, clerk_id.encode(), hashlib.sha256).hexdigest()


def erased_among(connection: Connection, subjects: Subjects, people: Collection[str]) -> set[str]:
    """Rendre celles de ces personnes que le registre connaît."""
    if not people:
        return set()
    known = {subjects(person): person for person in people}
    rows = connection.execute(select(REGISTER.c.subject).where(REGISTER.c.subject.in_(known)))
    return {known[subject] for (subject,) in rows}


def register(connection: Connection, subject: str, erased_at: int, cause: str) -> bool:
    """Inscrire l'effacement ; dire si c'est le premier de cette personne. `erased_at` est en millisecondes.

    De deux suppressions, la plus ancienne fait foi, dans quelque ordre qu'elles arrivent.
    """
    row = {"subject": subject, "erased_at": erased_at, "cause": cause}
    statement = insert(connection.dialect.name, REGISTER).values(row).on_conflict_do_nothing()
    if connection.execute(statement.returning(REGISTER.c.subject)).first() is not None:
        return True
    later = (REGISTER.c.subject == subject) & (REGISTER.c.erased_at > erased_at)
    connection.execute(update(REGISTER).where(later).values(erased_at=erased_at, cause=cause))
    return False
