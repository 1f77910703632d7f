"""L'écriture des comptes lus chez Clerk : la même écriture versionnée que celle des webhooks.

Une ligne plus récente que la lecture n'est pas touchée, une personne effacée ne revient pas.
"""

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from reference_impl.catalogue.reading import Data, when
from reference_impl.catalogue.users import record_snapshot, user_row
from reference_impl.privacy.register import erased_among
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.receive import Receiver
from reference_impl.reconciliation.report import Report
from reference_impl.store.locks import lock_people
from reference_impl.store.users import USERS, Written
from reference_impl.store.versioned import VERSION

BATCH = 100
"""Le nombre de personnes par transaction : leurs webhooks attendent qu'elle finisse."""

HELD = {"55P03", "40P01"}
"""Verrou trop long, interblocage : quelqu'un retient l'un des comptes, et la prochaine réconciliation l'écrira."""

WELCOME_WITHIN_MS = 7 * 86_400_000
"""En millisecondes : un compte plus ancien ne reçoit pas de message de bienvenue, qui surprendrait."""

_SEEN = (
    update(USERS)
    .where(USERS.c.clerk_id.in_(bindparam("seen", expanding=True)))
    .where(or_(USERS.c.reconciled_at.is_(None), USERS.c.reconciled_at < bindparam("started")))
    .values(reconciled_at=bindparam("started"))
)


def write_users(receiver: Receiver, users: list[Data], started: int) -> Report:
    """Écrire des comptes, par lots, et les marquer comme vus par la lecture commencée à `started` (millisecondes)."""
    report = Report()
    for start in range(0, len(users), BATCH):
        report += _write_or_part(receiver, users[start : start + BATCH], started)
    return report


def _write_or_part(receiver: Receiver, users: list[Data], started: int) -> Report:
    """Écrire le lot ; si la base refuse l'un des comptes, les écrire un à un et laisser celui-là de côté."""
    try:
        return _write_batch(receiver, users, started)
    except (DataError, IntegrityError, OverflowError, OperationalError) as error:
        if isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) not in HELD:
            raise
        if len(users) == 1:
            return Report(scanned=1, skipped=1)
    return sum((_write_or_part(receiver, [user], started) for user in users), Report())


def _write_batch(receiver: Receiver, users: list[Data], started: int) -> Report:
    """Écrire le lot en une courte transaction, sous le verrou de ses personnes et sans appel à Clerk."""
    ids = [user["id"] for user in users]
    with receiver.engine.begin() as connection:
        lock_people(connection, ids)
        known = _known_versions(connection, ids)
        transaction = receiver.transaction(connection)
        newer = [user for user in users if _version(user) > known.get(user["id"], -1)]
        written = {user["id"]: _write_one(transaction, user) for user in newer}
        refused = {clerk_id for clerk_id, outcome in written.items() if not outcome.applied}
        erased = erased_among(connection, receiver.subjects, refused)
        connection.execute(_SEEN, {"seen": ids, "started": started})
    created = sum(outcome.created for outcome in written.values())
    applied = sum(outcome.applied for outcome in written.values())
    skipped = len(erased) + sum(_version(user) < 0 for user in users)
    unchanged = len(users) - applied - skipped
    return Report(len(users), created, applied - created, unchanged, 0, skipped)


def _known_versions(connection: Connection, ids: list[str]) -> dict[str, int]:
    """Lire toutes les versions d'un coup : presque tous les comptes sont à jour, et le verrou empêche qu'ils changent."""
    versions = select(USERS.c.clerk_id, USERS.c[VERSION]).where(USERS.c.clerk_id.in_(ids))
    return dict(connection.execute(versions).all())


def _version(user: Data) -> int:
    """`updated_at`, en millisecondes ; -1 s'il manque : sans version, rien ne dirait lequel est le plus récent."""
    version = when(user, "updated_at")
    return -1 if version is None else version


def _write_one(transaction: Transaction, user: Data) -> Written:
    row = user_row(user, user["id"], _version(user))
    born = row["clerk_created_at"]
    recent = born is not None and transaction.now - born <= WELCOME_WITHIN_MS
    return record_snapshot(transaction, row, recent=recent)
