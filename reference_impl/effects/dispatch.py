"""L'exécution des effets dus : prendre, envoyer, noter. Au moins une fois, jamais dans la transaction qui les a causés.

Si le processus est tué après l'envoi et avant de l'avoir noté, l'effet repart, sous la même clé d'idempotence : s'il la
connaît, le destinataire n'en tient pas compte. Entre deux systèmes, rien ne garantit « exactement une fois ».
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from reference_impl.clock import Clock, now_ms
from reference_impl.effects import resting
from reference_impl.effects.senders import Effect, EffectFailedError, Lane, Sent
from reference_impl.operations import metrics
from reference_impl.privacy.disclosures import disclose, tell_again
from reference_impl.privacy.erasure import attempt_of
from reference_impl.privacy.register import Subjects, erased_among
from reference_impl.store.engine import reading
from reference_impl.store.outbox import OUTBOX
from reference_impl.store.users import USERS

LEASE_MS = 60_000
"""Le temps laissé à un lot d'envois, en millisecondes ; passé ce délai, un autre processus reprend ses effets."""

LONGEST_SENDING_MS = 20_000
"""La durée d'un appel, au plus, en millisecondes : `effects.deadline` le coupe avant. Un lot en fait un par effet."""

ATTEMPTS = 28
"""L'attente double jusqu'à six heures : ces tentatives couvrent plus de deux jours de panne du destinataire."""

SUSPECT = 3
"""Au-delà de ce nombre de tentatives, un effet est pris seul, et non par lot."""

FIRST_DELAY_S = 5
LONGEST_DELAY_S = 6 * 3600


@dataclass(frozen=True)
class Dispatcher:
    """De quoi exécuter les effets d'un destinataire. `jitter` rend un nombre entre 0 et 1 ; les tests donnent le leur."""

    engine: Engine
    subjects: Subjects
    lane: Lane
    clock: Clock = now_ms
    jitter: Callable[[], float] = random.random

    def run_once(self, limit: int = 20, *, stopped: Callable[[], bool] = lambda: False) -> int:
        """Exécuter les effets dus, `limit` au plus ; rendre combien ont été tentés, réussis ou non.

        `stopped` est consulté avant chaque envoi : s'il rend vrai, les effets non tentés sont rendus.
        """
        taken = self._take(1 if self.lane.interval_ms else limit)
        for rank, row in enumerate(taken):
            # Le bail vaut pour tout le lot, et un destinataire lent l'épuise : un envoi commencé trop tard pourrait
            # être repris par un autre processus, et partirait deux fois.
            if stopped() or self.clock() > row.next_attempt_at - LONGEST_SENDING_MS:
                self._give_back(taken[rank:])
                return rank
            if not self._attempt(row):
                self._give_back(taken[rank + 1 :])
                return rank + 1
        return len(taken)

    def _take(self, limit: int) -> list[Row[Any]]:
        """Prendre un bail sur des effets dus. Plusieurs processus se les partagent : chacun saute ceux des autres."""
        now = self.clock()
        mine = OUTBOX.c.destination == self.lane.destination
        open_ = OUTBOX.c.done_at.is_(None) & OUTBOX.c.failed_at.is_(None)
        due = mine & open_ & (OUTBOX.c.next_attempt_at <= now)
        if not self._anything(due):
            return []
        # Les moins tentés d'abord : ceux qui échouent toujours ne doivent pas faire attendre les autres.
        fairly = (OUTBOX.c.attempts, OUTBOX.c.next_attempt_at)
        chosen = select(OUTBOX.c.key).where(due).order_by(*fairly).limit(limit)
        # SQLite ne connaît pas SKIP LOCKED, et n'en a pas besoin : il n'admet qu'un écrivain.
        locked = chosen.with_for_update(skip_locked=True).cte("chosen")
        lease = update(OUTBOX).where(OUTBOX.c.key.in_(select(locked.c.key)))
        leased = {"next_attempt_at": now + LEASE_MS, "attempts": OUTBOX.c.attempts + 1}
        with self.engine.begin() as connection:
            if not resting.is_free(connection, self.lane, now):
                return []
            # Envoyés autant de fois sans que rien n'ait pu le noter : les envoyer encore ne ferait que les répéter.
            exhausted = update(OUTBOX).where(due, OUTBOX.c.attempts >= ATTEMPTS)
            connection.execute(exhausted.values(failed_at=now))
            rows = list(connection.execute(lease.values(leased).returning(OUTBOX)))
        return self._without_suspects(sorted(rows, key=lambda row: (row.attempts, row.created_at)))

    def _without_suspects(self, rows: list[Row[Any]]) -> list[Row[Any]]:
        """Isoler un effet tenté plusieurs fois : s'il tue le processus, il ne doit user que ses propres tentatives."""
        kept = [row for row in rows if row.attempts <= SUSPECT] or rows[:1]
        self._give_back(rows[len(kept) :])
        return kept

    def _anything(self, due: Any) -> bool:
        """Dire si un effet est dû, sans prendre de verrou : le plus souvent, il n'y en a pas."""
        with reading(self.engine).connect() as connection:
            return connection.execute(select(OUTBOX.c.key).where(due).limit(1)).first() is not None

    def _give_back(self, rows: Sequence[Row[Any]]) -> None:
        """Rendre aussitôt les effets qui n'ont pas été tentés ; aucune tentative ne leur est comptée."""
        if not rows:
            return
        mine = OUTBOX.c.key.in_([row.key for row in rows]) & (
            OUTBOX.c.next_attempt_at == rows[0].next_attempt_at
        )
        given_back = {"next_attempt_at": self.clock(), "attempts": OUTBOX.c.attempts - 1}
        with self.engine.begin() as connection:
            connection.execute(update(OUTBOX).where(mine).values(given_back))

    def _attempt(self, row: Row[Any]) -> bool:
        """Envoyer, hors de toute transaction : un destinataire lent ne doit retenir aucun verrou.

        Rendre faux si c'est le destinataire qui est en panne : il est inutile de lui envoyer le reste.
        """
        recipient = self._recipient(row.clerk_id)
        effect = Effect(row.key, row.kind, row.payload or {}, recipient, row.attempts, row.created_at)
        if row.clerk_id is not None and effect.recipient is None:
            self._without_recipient(row)
            return True
        try:
            sent = self.lane.sender.send(effect)
        except SQLAlchemyError:
            raise
        except EffectFailedError as error:
            self._postpone(row, error)
            return not error.everyone
        except Exception as error:  # noqa: BLE001  un effet que rien ne sait envoyer ne doit pas arrêter les autres
            self._postpone(row, EffectFailedError(type(error).__name__))
            return True
        self._settle(row, "done", sent)
        return True

    def _without_recipient(self, row: Row[Any]) -> None:
        """Clore l'effet si la personne est effacée ; sinon, son webhook peut encore arriver : reporter l'effet."""
        with reading(self.engine).connect() as connection:
            erased = erased_among(connection, self.subjects, [row.clerk_id])
        if erased:
            self._settle(row, "gone")
        else:
            self._postpone(row, EffectFailedError("unknown_person"))

    def _recipient(self, clerk_id: str | None) -> dict[str, Any] | None:
        """Lire la personne au moment d'envoyer : une adresse copiée dans l'effet aurait pu changer, ou être effacée."""
        if clerk_id is None:
            return None
        with reading(self.engine).connect() as connection:
            found = connection.execute(select(USERS).where(USERS.c.clerk_id == clerk_id)).mappings().first()
        return None if found is None else dict(found)

    def _settle(self, row: Row[Any], outcome: str, sent: Sent | None = None) -> None:
        """Noter l'effet comme fait, et à qui les données de la personne ont été communiquées.

        Ce qu'il portait ne sert plus : une référence à une personne effacée ne doit pas y survivre.
        """
        now = self.clock()
        with self.engine.begin() as connection:
            if row.clerk_id and sent and sent.reference:
                disclose(connection, self.subjects, row.clerk_id, self.lane.destination, sent.reference, now)
            _note(connection, row.key, done_at=now, payload=None)
            if outcome == "done":
                resting.recovered(connection, self.lane)
        metrics.EFFECTS.labels(row.kind, outcome).inc()

    def _postpone(self, row: Row[Any], error: EffectFailedError) -> None:
        """Reporter l'effet, de plus en plus loin, avec du hasard : ceux d'une même panne ne reviennent pas ensemble."""
        now = self.clock()
        if row.attempts >= ATTEMPTS:
            noted: dict[str, Any] = {"failed_at": now}
        else:
            noted = {"next_attempt_at": now + int(self._delay_s(row.attempts, error) * 1000)}
        with self.engine.begin() as connection:
            _note(connection, row.key, **noted)
            if row.clerk_id is not None:
                reference = attempt_of(self.subjects, row.key, row.created_at)
                tell_again(connection, self.subjects, row.clerk_id, self.lane.destination, reference, now)
            if error.everyone:
                resting.rest(connection, self.lane, now, error.retry_after_s or 0)
        outcome = "failed" if "failed_at" in noted else "postponed"
        metrics.EFFECTS.labels(row.kind, outcome).inc()
        # La raison est un code ou le nom d'une erreur : rien du destinataire ni de la personne n'y est cité.
        structlog.get_logger().warning(
            "effect", kind=row.kind, destination=row.destination, outcome=outcome, reason=str(error)
        )

    def _delay_s(self, attempts: int, error: EffectFailedError) -> float:
        backoff = min(FIRST_DELAY_S * (1 << attempts - 1), LONGEST_DELAY_S)
        asked = min(error.retry_after_s or 0, LONGEST_DELAY_S)
        return max(backoff * (1 + self.jitter()) / 2, asked)


def retry_failed(engine: Engine, now: int) -> int:
    """Rendre dus les effets abandonnés, une fois la cause réparée ; rendre leur nombre. `now` est en millisecondes.

    Leur compte repart à un, et non à zéro : celui qui envoie doit savoir qu'une tentative a pu aboutir.
    """
    again = {"failed_at": None, "attempts": 1, "next_attempt_at": now}
    abandoned = update(OUTBOX).where(OUTBOX.c.failed_at.is_not(None)).values(again)
    with engine.begin() as connection:
        return len(connection.execute(abandoned.returning(OUTBOX.c.key)).all())


def _note(connection: Connection, key: str, **columns: Any) -> None:
    connection.execute(update(OUTBOX).where(OUTBOX.c.key == key).values(columns))
