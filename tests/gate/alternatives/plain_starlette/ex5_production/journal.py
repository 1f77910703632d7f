"""Le journal : des lignes JSON écrites d'un trait sur le descripteur de la sortie standard."""

import json
import os
import re
import time

STDOUT = 1
STRANGE = re.compile(r"[^\w.\-]")


class Journal:
    """Écrit sans tampon : rien à vider, rien à perdre."""

    def note(self, event: str, **fields: object) -> None:
        """Écrire une ligne quelconque."""
        line = {"event": event, **fields, "ts": time.time_ns() // 1_000_000}
        os.write(STDOUT, json.dumps(line, separators=(",", ":")).encode() + b"\n")

    def delivery(self, svix_id: str | None, type_: str | None, outcome: str) -> None:
        """Écrire l'issue d'une livraison."""
        cleaned = STRANGE.sub("?", svix_id or "")[:60]
        self.note("delivery", svix_id=cleaned, type=type_, outcome=outcome)
