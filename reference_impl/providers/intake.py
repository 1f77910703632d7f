"""Ce que les autres expéditeurs ont en commun : une transaction, de l'inscription de la livraison au COMMIT.

Les corps ne sont pas gardés : chacun de ces expéditeurs sait renvoyer un événement, ou redonner l'état d'un objet. Une
livraison notée `dead` ou `ignored` n'est pas un doublon : renvoyée après une correction, elle est traitée.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, update
from sqlalchemy.exc import DataError, IntegrityError

from reference_impl.clock import Clock, now_ms
from reference_impl.edge.signature import RawDelivery
from reference_impl.errors import UnusableEventError
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.reactions import NONE, Reactions
from reference_impl.store.dialects import insert


@dataclass(frozen=True)
class Authentic:
    """Une livraison dont l'expéditeur est prouvé. `delivery_id` vient d'un en-tête signé, ou se lira dans le corps."""

    body: bytes
    delivery_id: str | None = None


@dataclass(frozen=True)
class ProviderEvent:
    """Un événement lu. `id` est sa clé d'idempotence ; `at`, son instant en millisecondes, s'il est connu."""

    id: str
    type: str
    data: dict[str, Any]
    at: int | None


@dataclass(frozen=True)
class Provider:
    """Un expéditeur : sa boîte de réception, et ce qu'il faut savoir faire de ses livraisons.

    `verify` lève `InvalidSignatureError` ; `read` et `record` lèvent `UnusableEventError`. `record` rend `PROCESSED`,
    `STALE` ou `IGNORED`, et n'écrit que par la transaction reçue.
    """

    name: str
    inbox: Table
    verify: Callable[[RawDelivery], Authentic]
    read: Callable[[Authentic], ProviderEvent]
    record: Callable[[Transaction, ProviderEvent], Outcome]


@dataclass(frozen=True)
class ProviderReceipt:
    """Ce que l'on peut dire d'une livraison traitée, sans donnée personnelle."""

    outcome: Outcome
    delivery_id: str
    type: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Intake:
    """Ce qu'il faut pour recevoir d'un autre expéditeur que Clerk."""

    engine: Engine
    subjects: Subjects
    clock: Clock = now_ms
    reactions: Reactions = NONE

    def receive(self, provider: Provider, delivery: Authentic) -> ProviderReceipt:
        """Traiter la livraison et dire son issue. Lève l'exception de SQLAlchemy si la base est en panne (503)."""
        event = None
        try:
            event = provider.read(delivery)
            with self.engine.begin() as connection:
                return ProviderReceipt(self._record(connection, provider, event), event.id, event.type)
        except UnusableEventError as error:
            reason = error.reason
        except (DataError, IntegrityError, OverflowError) as error:
            reason = type(error).__name__
        unread = ProviderEvent(delivery.delivery_id or fingerprint(delivery.body), "unreadable", {}, None)
        return self._give_up(provider, event or unread, reason)

    def _record(self, connection: Connection, provider: Provider, event: ProviderEvent) -> Outcome:
        if not claim(connection, provider.inbox, event, self.clock()):
            return Outcome.DUPLICATE
        transaction = Transaction(connection, self.subjects, self.clock(), reactions=self.reactions)
        outcome = provider.record(transaction, event)
        if outcome is not Outcome.PROCESSED:
            settle(connection, provider.inbox, event.id, outcome)
        return outcome

    def _give_up(self, provider: Provider, event: ProviderEvent, reason: str) -> ProviderReceipt:
        """Noter une livraison authentique mais inutilisable. Son corps reste chez l'expéditeur, qui peut la renvoyer."""
        with self.engine.begin() as connection:
            outcome = Outcome.DUPLICATE
            if claim(connection, provider.inbox, event, self.clock()):
                settle(connection, provider.inbox, event.id, outcome := Outcome.DEAD, reason)
        return ProviderReceipt(outcome, event.id, event.type, reason)


def fingerprint(body: bytes) -> str:
    """Identifier une livraison qui ne porte pas d'identifiant, ou que l'on ne sait pas lire."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def claim(connection: Connection, inbox: Table, event: ProviderEvent, now: int) -> bool:
    """Inscrire la livraison ; dire si elle est à traiter. Une seconde, au même instant, attend la fin de la première."""
    row = {"delivery_id": event.id, "type": event.type, "outcome": Outcome.PROCESSED, "received_at": now}
    return connection.execute(_claim(connection.dialect.name, inbox), row).first() is not None


@lru_cache(maxsize=16)
def _claim(dialect: str, inbox: Table) -> Any:
    names = ("delivery_id", "type", "outcome", "received_at")
    statement = insert(dialect, inbox).values({name: bindparam(name) for name in names})
    return statement.on_conflict_do_update(
        index_elements=[inbox.c.delivery_id],
        set_={**{name: statement.excluded[name] for name in names[1:]}, "reason": None},
        where=inbox.c.outcome.in_((Outcome.DEAD, Outcome.IGNORED)),
    ).returning(inbox.c.delivery_id)


def settle(
    connection: Connection, inbox: Table, delivery_id: str, outcome: Outcome, reason: str | None = None
) -> None:
    """Noter l'issue d'une livraison qui n'a rien changé."""
    chosen = update(inbox).where(inbox.c.delivery_id == delivery_id)
    connection.execute(chosen.values(outcome=outcome, reason=reason))
