"""L'heure, dans la seule unité des tables : la milliseconde depuis 1970 (UTC)."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Une fonction qui donne l'heure ; les tests fournissent la leur."""


def now_ms() -> int:
    """Donner l'instant présent, en millisecondes depuis 1970."""
    return time.time_ns() // 1_000_000
