"""Le journal : une ligne JSON sur la sortie standard, vidée aussitôt."""

import json
import time

LONGEST_ID = 80


def tell(svix_id: str, type: str | None, outcome: str, clerk_id: str | None = None) -> None:
    """Dire l'issue d'une livraison ; l'identifiant, venu d'un en-tête, est borné."""
    line = {"at": round(time.time(), 3), "svix_id": svix_id[:LONGEST_ID], "type": type and type[:LONGEST_ID]}
    print(json.dumps(line | {"outcome": outcome, "clerk_id": clerk_id}), flush=True)
