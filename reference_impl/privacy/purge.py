"""La conservation : ce dont la durée est passée est retiré, par petits lots, sans bloquer les livraisons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, select, update

from reference_impl.store.dead_letters import DEAD_LETTERS
from reference_impl.store.engine import reading, without_statement_timeout
from reference_impl.store.inbox import INBOX, MENTIONS
from reference_impl.store.outbox import OUTBOX
from reference_impl.tables import Session

SESSIONS = Session.__table__  # type: ignore[attr-defined]

BATCH = 1000
DAY_MS = 86_400_000

Touch = Callable[[Connection, Table, Any], None]
"""Une fonction qui vide ou retire les lignes que choisit une condition."""


@dataclass(frozen=True)
class Retention:
    """Les durées de conservation, en jours."""

    bodies: int
    inbox: int
    sessions: int


def purge(engine: Engine, retention: Retention, now: int, *, batch: int = BATCH) -> dict[str, int]:
    """Appliquer les durées de conservation ; rendre le nombre de lignes touchées, par table. `now` : millisecondes.

    Les corps sont vidés les premiers, et les lignes retirées bien après : tant que Svix peut renvoyer une livraison,
    il faut reconnaître le doublon. Une lettre morte garde son corps jusqu'au bout : elle attend d'être rejouée.
    """
    old_bodies, old_rows = now - retention.bodies * DAY_MS, now - retention.inbox * DAY_MS
    old_sessions = now - retention.sessions * DAY_MS
    bodies = (INBOX.c.received_at < old_bodies) & INBOX.c.body.is_not(None)
    settled = (OUTBOX.c.done_at < old_rows) | (OUTBOX.c.failed_at < old_rows)
    return {
        "bodies": _in_batches(engine, INBOX, bodies, batch, _empty),
        "inbox": _in_batches(engine, INBOX, INBOX.c.received_at < old_rows, batch, _remove),
        "dead_letters": _in_batches(
            engine, DEAD_LETTERS, DEAD_LETTERS.c.received_at < old_rows, batch, _remove
        ),
        "outbox": _in_batches(engine, OUTBOX, settled, batch, _remove),
        "sessions": _in_batches(engine, SESSIONS, SESSIONS.c.expire_at < old_sessions, batch, _remove),
    }


def _empty(connection: Connection, table: Table, chosen: Any) -> None:
    """Vider les corps, et oublier qui ils citaient : une mention ne sert qu'à retrouver un corps à vider."""
    connection.execute(update(table).where(chosen).values(body=None))
    cited = select(table.c.svix_id).where(chosen)
    connection.execute(delete(MENTIONS).where(MENTIONS.c.svix_id.in_(cited)))


def _remove(connection: Connection, table: Table, chosen: Any) -> None:
    connection.execute(delete(table).where(chosen))


def _in_batches(engine: Engine, table: Table, old: Any, batch: int, touch: Touch) -> int:
    """Traiter les lignes par lots, chacun dans une courte transaction : un seul ordre SQL bloquerait trop longtemps.

    Les clés sont cherchées à part, en lecture, et chaque lot part de la dernière : rien n'est parcouru deux fois, et
    aucune livraison n'attend ce parcours.
    """
    (key,) = table.primary_key
    total, last = 0, ""
    while True:
        with reading(engine).begin() as connection:
            without_statement_timeout(connection)
            following = select(key).where(old, key > last).order_by(key).limit(batch)
            found = connection.execute(following).scalars().all()
        if not found:
            return total
        with engine.begin() as connection:
            touch(connection, table, key.in_(found))
        total, last = total + len(found), found[-1]
