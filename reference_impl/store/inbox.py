"""La boîte de réception : une livraison n'y entre qu'une fois."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, bindparam, delete, func, update

from reference_impl.store.dialects import insert
from reference_impl.store.locks import lock_key
from reference_impl.store.pipeline import Write
from reference_impl.tables import InboxMention, InboxRow

INBOX: Table = InboxRow.__table__  # type: ignore[attr-defined]
MENTIONS: Table = InboxMention.__table__  # type: ignore[attr-defined]

_SETTLE = update(INBOX).where(INBOX.c.svix_id == bindparam("id")).values(outcome=bindparam("new_outcome"))
_SETTLE_STALE = update(INBOX).where(INBOX.c.svix_id == bindparam("id")).values(outcome="stale", body=None)
_SCRUB = (
    update(INBOX).where(INBOX.c.svix_id == bindparam("id")).values(body=None, clerk_id=None, resource_id=None)
)
_SCRUB_BODY = update(INBOX).where(INBOX.c.svix_id == bindparam("id")).values(body=None)


LOCKS = 3
"""Le nombre de personnes que l'inscription verrouille d'elle-même ; une clé `NULL` ne verrouille rien."""


@dataclass(frozen=True)
class Arrival:
    """Ce que l'on retient d'une livraison. `received_at` est en millisecondes ; `body`, `None` si rien n'est gardé."""

    svix_id: str
    type: str
    outcome: str
    resource_id: str | None
    clerk_id: str | None
    received_at: int
    secret_index: int
    body: bytes | None


def claim(dialect: str, arrival: Arrival, people: Collection[str]) -> Write:
    """Préparer l'inscription de la livraison ; RETURNING ne rend rien si elle était déjà là.

    L'inscription est dans la même transaction que les écritures : annulée avec elles, la livraison reste à faire.
    L'inscrire avant, à part, pourrait perdre l'événement ; après, laisser passer un doublon. Une seconde livraison du
    même `svix-id` attend la première, puis ne trouve rien à inscrire.
    """
    values: dict[str, Any] = dict(vars(arrival))
    if dialect == "postgresql":
        keys = sorted({lock_key(person) for person in people})
        values.update({f"lock_{rank}": key for rank, key in zip_longest(range(LOCKS), keys[:LOCKS])})
    return Write(_claim(dialect), values)


@lru_cache(maxsize=2)
def _claim(dialect: str) -> Any:
    """Construire l'ordre SQL. PostgreSQL y prend aussi les verrous des personnes : un aller-retour de moins."""
    statement = insert(dialect, INBOX).values(
        {name: bindparam(name) for name in Arrival.__dataclass_fields__}
    )
    locks = range(LOCKS) if dialect == "postgresql" else ()
    taken = [func.pg_advisory_xact_lock(bindparam(f"lock_{rank}", type_=BigInteger)) for rank in locks]
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[INBOX.c.svix_id],
        set_={name: new[name] for name in Arrival.__dataclass_fields__ if name != "svix_id"},
        # Ignorée hier, faute d'un type au catalogue : depuis, il y est, et Svix la renvoie.
        where=(INBOX.c.outcome == "ignored") & (new.outcome != "ignored"),
    ).returning(INBOX.c.svix_id, *taken)


def mention(connection: Connection, svix_id: str, people: Collection[str]) -> None:
    """Noter les personnes que le corps cite sans en être le sujet : leur effacement devra aussi vider ce corps."""
    if people:
        statement = insert(connection.dialect.name, MENTIONS).on_conflict_do_nothing()
        connection.execute(statement, [{"svix_id": svix_id, "clerk_id": person} for person in sorted(people)])


def settle(connection: Connection, svix_id: str, outcome: str) -> None:
    """Noter la nouvelle issue d'une livraison rejouée."""
    connection.execute(_SETTLE, {"id": svix_id, "new_outcome": outcome})


def settle_stale(connection: Connection, svix_id: str) -> None:
    """Noter une livraison dépassée et vider son corps : il ne servira plus, et peut citer ce qui a été supprimé."""
    connection.execute(_SETTLE_STALE, {"id": svix_id})


def scrub(connection: Connection, svix_id: str) -> None:
    """Vider la livraison de ce qu'elle dit d'une personne ; la ligne reste, pour reconnaître un doublon."""
    connection.execute(_SCRUB, {"id": svix_id})


def scrub_body(connection: Connection, svix_id: str) -> None:
    """Vider le corps seul : il cite une personne effacée, mais la livraison parle d'une autre ressource."""
    connection.execute(_SCRUB_BODY, {"id": svix_id})


def scrub_resource(connection: Connection, resource_id: str) -> None:
    """Vider les corps gardés d'une ressource, et les mentions qui ne servaient qu'à les retrouver."""
    about = INBOX.c.resource_id == resource_id
    emptied = connection.execute(update(INBOX).where(about).values(body=None).returning(INBOX.c.svix_id))
    connection.execute(delete(MENTIONS).where(MENTIONS.c.svix_id.in_(emptied.scalars().all())))
