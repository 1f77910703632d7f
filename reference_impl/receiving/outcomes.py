"""Les issues d'une livraison, et la transaction qui la traite."""

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from reference_impl.privacy.register import Subjects
from reference_impl.receiving.reactions import NONE, Reactions
from reference_impl.store.pipeline import Write


class Outcome(StrEnum):
    """L'issue d'une livraison. Toutes, sauf `rejected`, donnent un 2xx : renvoyer la livraison n'y changerait rien."""

    PROCESSED = "processed"
    DUPLICATE = "duplicate"
    STALE = "stale"
    IGNORED = "ignored"
    DEAD = "dead"
    REJECTED = "rejected"


Steps = Generator[Write, Any, Outcome]
"""Une suite d'écritures : chaque `yield` en demande une et reçoit la première ligne de son RETURNING, ou `None`.

Elle se lit de haut en bas, comme si la livraison était seule ; `receiving.together` en mène plusieurs ensemble.
"""


ALONE = Write(None, {})
"""Ce n'est pas une écriture : la suite qui la demande touche à plusieurs tables, et attend que les autres aient fini."""


def applied(returned: Any) -> Outcome:
    """Lire RETURNING plutôt que `rowcount`, que SQLAlchemy ne garantit que pour UPDATE et DELETE."""
    return Outcome.STALE if returned is None else Outcome.PROCESSED


@dataclass(frozen=True)
class Transaction:
    """Une transaction ouverte, et ce que les écritures du catalogue ont besoin de savoir.

    `erased` : celles des personnes citées par la livraison qui sont effacées. `again` : la livraison est rejouée, et la
    même version s'écrit de nouveau. `reactions` : ce que les scénarios configurés ajoutent.
    """

    connection: Connection
    subjects: Subjects
    now: int
    erased: frozenset[str] = field(default_factory=frozenset)
    again: bool = False
    reactions: Reactions = NONE

    @property
    def dialect(self) -> str:
        """Le dialecte de la base : `postgresql` ou `sqlite`."""
        return self.connection.dialect.name
