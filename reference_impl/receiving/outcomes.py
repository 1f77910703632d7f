"""Les issues d'une livraison, et la transaction où elle se joue."""

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from reference_impl.privacy.register import Subjects
from reference_impl.store.pipeline import Write


class Outcome(StrEnum):
    """Ce qu'est devenue une livraison. Toutes, sauf `rejected`, reçoivent un 2xx : la renvoyer n'y changerait rien."""

    PROCESSED = "processed"
    DUPLICATE = "duplicate"
    STALE = "stale"
    IGNORED = "ignored"
    DEAD = "dead"
    REJECTED = "rejected"


Steps = Generator[Write, Any, Outcome]
"""Une suite d'écritures : chaque `yield` en demande une et reçoit la première ligne de son RETURNING, ou `None`.

Elle se lit de haut en bas comme une livraison ; `receiving.together` en mène plusieurs de front.
"""


ALONE = Write(None, {})
"""Demandée, l'écriture qui n'en est pas une : « je touche à tout, laissez d'abord finir les autres suites »."""


def applied(returned: Any) -> Outcome:
    """Lire RETURNING plutôt que `rowcount` : psycopg rend -1 pour un INSERT … ON CONFLICT."""
    return Outcome.STALE if returned is None else Outcome.PROCESSED


@dataclass(frozen=True)
class Transaction:
    """Une transaction ouverte, et ce que les écritures du catalogue ont besoin de savoir.

    `erased` contient, des personnes que la livraison cite, celles qui sont effacées ; `again` vaut pour un
    retraitement : la même version s'écrit de nouveau.
    """

    connection: Connection
    subjects: Subjects
    now: int
    erased: frozenset[str] = field(default_factory=frozenset)
    again: bool = False

    @property
    def dialect(self) -> str:
        """Le dialecte de la base : `postgresql` ou `sqlite`."""
        return self.connection.dialect.name
