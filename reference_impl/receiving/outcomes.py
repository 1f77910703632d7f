"""Les issues d'une livraison, et la transaction où elle se joue."""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from reference_impl.privacy.register import Subjects


class Outcome(StrEnum):
    """Ce qu'est devenue une livraison. Toutes, sauf `rejected`, reçoivent un 2xx : la renvoyer n'y changerait rien."""

    PROCESSED = "processed"
    DUPLICATE = "duplicate"
    STALE = "stale"
    IGNORED = "ignored"
    DEAD = "dead"
    REJECTED = "rejected"


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
