"""L'heure, dans la seule unité des tables : la milliseconde."""

import time


def now_ms() -> int:
    """Donner l'instant présent, en millisecondes depuis 1970 (UTC)."""
    return time.time_ns() // 1_000_000
