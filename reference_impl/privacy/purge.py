"""La conservation : ce dont la durée est passée est retiré, par petits lots, sans bloquer les livraisons."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, delete, or_, select, update

from reference_impl.store.dead_letters import DEAD_LETTERS
from reference_impl.store.engine import reading, without_statement_timeout
from reference_impl.store.inbox import INBOX, MENTIONS
from reference_impl.store.outbox import OUTBOX
from reference_impl.tables import (
    ActivityWeek,
    Alert,
    Email,
    EmailInbox,
    Session,
    SessionSignal,
    StripeInbox,
)

SESSIONS = Session.__table__  # type: ignore[attr-defined]
SIGNALS = SessionSignal.__table__  # type: ignore[attr-defined]
ALERTS = Alert.__table__  # type: ignore[attr-defined]
ACTIVITY = ActivityWeek.__table__  # type: ignore[attr-defined]
EMAILS = Email.__table__  # type: ignore[attr-defined]

ACTIVITY_DAYS = 105 * 7
"""Les statistiques remontent à 104 semaines : au-delà, une semaine d'activité ne sert plus."""

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
    # Un avis d'effacement abandonné reste dû à la personne : il attend que sa cause soit réparée.
    given_up = (OUTBOX.c.failed_at < old_rows) & (OUTBOX.c.kind != "art19")
    settled = (OUTBOX.c.done_at < old_rows) | given_up
    return {
        "bodies": _in_batches(engine, INBOX, bodies, batch, _empty),
        "inbox": _in_batches(engine, INBOX, INBOX.c.received_at < old_rows, batch, _remove),
        "dead_letters": _in_batches(
            engine, DEAD_LETTERS, DEAD_LETTERS.c.received_at < old_rows, batch, _remove
        ),
        "outbox": _in_batches(engine, OUTBOX, settled, batch, _remove),
        "sessions": _in_batches(engine, SESSIONS, SESSIONS.c.expire_at < old_sessions, batch, _remove),
        **{
            table.name: _in_batches(engine, table, old, batch, _remove)
            for table, old in _of_scenarios(now, old_rows, old_sessions)
        },
    }


def _of_scenarios(now: int, old_rows: int, old_sessions: int) -> Iterator[tuple[Table, Any]]:
    """Dire ce qui est à retirer des tables des scénarios et des autres expéditeurs.

    `shipping_inbox` n'y est pas : EasyPost ne date pas ses livraisons, et cette boîte en reconnaît une, même ancienne.
    """
    yield SIGNALS, SIGNALS.c.created_at < old_sessions
    yield ALERTS, ALERTS.c.created_at < old_sessions
    yield ACTIVITY, ACTIVITY.c.week < now - ACTIVITY_DAYS * DAY_MS
    for inbox in (StripeInbox.__table__, EmailInbox.__table__):  # type: ignore[attr-defined]
        yield inbox, inbox.c.received_at < old_rows
    facts = [column for column in EMAILS.c if column.name.endswith("_at")]
    yield EMAILS, and_(*(or_(fact.is_(None), fact < old_rows) for fact in facts))


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
    key, *others = table.primary_key
    total, last = 0, ""
    while True:
        with reading(engine).begin() as connection:
            without_statement_timeout(connection)
            following = select(key).distinct().where(old, key > last).order_by(key).limit(batch)
            found = connection.execute(following).scalars().all()
        if not found:
            return total
        with engine.begin() as connection:
            # D'une clé de plusieurs colonnes, la première ne désigne pas que des lignes anciennes.
            touch(connection, table, key.in_(found) & old if others else key.in_(found))
        total, last = total + len(found), found[-1]
