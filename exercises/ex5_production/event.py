"""Un événement que le serveur sait utiliser. `envelope.py` en fabrique, `handlers.py` les applique."""

from dataclasses import dataclass
from typing import Any

PERSON_FIELD = {
    "user.created": "id",
    "user.updated": "id",
    "user.deleted": "id",
    "session.created": "user_id",
}
"""Les types traités, et le champ de `data` où chacun nomme la personne. Tout autre type est inconnu."""


@dataclass(frozen=True)
class Event:
    """Un événement lu avec tolérance.

    `clerk_id` est la personne concernée, `None` pour un type inconnu. `timestamp` est en millisecondes depuis
    1970, quelle que soit l'unité reçue. `data` est tel qu'il est arrivé : chaque champ peut y manquer.
    """

    type: str
    clerk_id: str | None
    data: dict[str, Any]
    timestamp: int
