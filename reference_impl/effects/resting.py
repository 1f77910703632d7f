"""Le repos d'un destinataire : s'il est en panne ou débordé, on attend pour lui envoyer. Tous les processus le savent.

Sans cela, chaque effet dû attendrait à son tour la réponse d'un service mort, et chacun de nos processus croirait
respecter seul le débit admis.
"""

from sqlalchemy import Connection, case, select, update

from reference_impl.effects.senders import Lane
from reference_impl.store.dialects import insert
from reference_impl.store.outbox import DESTINATIONS

FIRST_REST_MS = 1_000
LONGEST_REST_MS = 300_000
"""En millisecondes. Le repos double à chaque échec de suite : un service mort n'est plus sondé que toutes les 5 min."""

LONGEST_ASKED_MS = 6 * 3_600_000
"""Le plus long repos qu'un destinataire peut demander lui-même, en millisecondes."""


def is_free(connection: Connection, lane: Lane, now: int) -> bool:
    """Dire si l'on peut envoyer maintenant ; si le débit est borné, réserver du même coup le temps de cet envoi.

    L'ordre SQL compare et réserve d'un coup : deux processus ne réservent pas le même instant.
    """
    if not lane.interval_ms:
        busy = (DESTINATIONS.c.destination == lane.destination) & (DESTINATIONS.c.free_at > now)
        return connection.execute(select(DESTINATIONS.c.free_at).where(busy)).first() is None
    row = {"destination": lane.destination, "free_at": now + lane.interval_ms, "failures": 0}
    statement = insert(connection.dialect.name, DESTINATIONS).values(row)
    reserved = statement.on_conflict_do_update(
        index_elements=[DESTINATIONS.c.destination],
        set_={"free_at": statement.excluded.free_at},
        where=DESTINATIONS.c.free_at <= now,
    )
    return connection.execute(reserved.returning(DESTINATIONS.c.free_at)).first() is not None


def rest(connection: Connection, lane: Lane, now: int, asked_s: int) -> None:
    """Laisser reposer le destinataire après un échec qui le concerne tout entier ; `asked_s` : le délai qu'il demande."""
    row = {"destination": lane.destination, "free_at": 0, "failures": 1}
    statement = insert(connection.dialect.name, DESTINATIONS).values(row)
    counted = statement.on_conflict_do_update(
        index_elements=[DESTINATIONS.c.destination], set_={"failures": DESTINATIONS.c.failures + 1}
    )
    failures: int = connection.execute(counted.returning(DESTINATIONS.c.failures)).scalar_one()
    backoff = min(FIRST_REST_MS << min(failures - 1, 20), LONGEST_REST_MS)
    until = now + max(backoff, min(asked_s * 1000, LONGEST_ASKED_MS))
    # Un autre processus a pu obtenir un repos plus long.
    later = case((DESTINATIONS.c.free_at > until, DESTINATIONS.c.free_at), else_=until)
    mine = DESTINATIONS.c.destination == lane.destination
    connection.execute(update(DESTINATIONS).where(mine).values(free_at=later))


def recovered(connection: Connection, lane: Lane) -> None:
    """Oublier les échecs : le destinataire a répondu."""
    failing = (DESTINATIONS.c.destination == lane.destination) & (DESTINATIONS.c.failures > 0)
    connection.execute(update(DESTINATIONS).where(failing).values(failures=0))
