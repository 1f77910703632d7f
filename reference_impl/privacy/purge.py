"""La rétention : ce dont on n'a plus l'usage part, par petits lots, sans retenir les livraisons."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, delete, select, update

from reference_impl.store.dead_letters import DEAD_LETTERS
from reference_impl.store.inbox import INBOX, MENTIONS
from reference_impl.store.outbox import OUTBOX
from reference_impl.tables import Session

SESSIONS = Session.__table__  # type: ignore[attr-defined]

BATCH = 1000
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Retention:
    """Les durées de conservation, en jours."""

    bodies: int
    inbox: int
    sessions: int


def purge(engine: Engine, retention: Retention, now: int, *, batch: int = BATCH) -> dict[str, int]:
    """Appliquer la rétention ; rendre le nombre de lignes touchées, par table. `now` est en millisecondes.

    Les corps partent les premiers, et les lignes bien après : tant que Svix peut renvoyer une livraison, il faut
    reconnaître le doublon.
    """
    old_bodies, old_rows = now - retention.bodies * DAY_MS, now - retention.inbox * DAY_MS
    old_sessions = now - retention.sessions * DAY_MS
    bodies = (INBOX.c.received_at < old_bodies) & INBOX.c.body.is_not(None)
    return {
        "bodies": _in_batches(engine, INBOX, bodies, batch, emptied={"body": None}),
        "mentions": _in_batches(engine, MENTIONS, _bodiless(), batch),
        "inbox": _in_batches(engine, INBOX, INBOX.c.received_at < old_rows, batch),
        "dead_letters": _in_batches(engine, DEAD_LETTERS, DEAD_LETTERS.c.received_at < old_rows, batch),
        "outbox": _in_batches(engine, OUTBOX, OUTBOX.c.done_at < old_rows, batch),
        "sessions": _in_batches(engine, SESSIONS, SESSIONS.c.expire_at < old_sessions, batch),
    }


def _bodiless() -> Any:
    """Une mention ne sert qu'à retrouver un corps : sans lui, elle n'est plus qu'une donnée personnelle."""
    kept = select(INBOX.c.svix_id).where(INBOX.c.svix_id == MENTIONS.c.svix_id, INBOX.c.body.is_not(None))
    return ~kept.exists()


def _in_batches(
    engine: Engine, table: Any, old: Any, batch: int, emptied: dict[str, None] | None = None
) -> int:
    """Toucher les lignes par lots, une courte transaction chacun : un seul ordre tiendrait ses verrous trop longtemps."""
    keys = list(table.primary_key)
    total = 0
    while True:
        with engine.begin() as connection:
            found = connection.execute(select(*keys).where(old).limit(batch)).all()
            for key in found:
                mine = [column == value for column, value in zip(keys, key, strict=True)]
                statement = delete(table) if emptied is None else update(table).values(emptied)
                connection.execute(statement.where(*mine))
        total += len(found)
        if len(found) < batch:
            return total
