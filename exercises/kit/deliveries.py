"""Les deux états d'une livraison : reçue, puis vérifiée. Deux types, pour qu'aucune fonction ne les confonde."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RawDelivery:
    """Une requête telle qu'elle est arrivée. Rien ne dit encore qui l'a envoyée."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class VerifiedDelivery:
    """Une livraison dont la signature a été vérifiée sur les octets reçus ; seule `verify` en fabrique."""

    svix_id: str
    body: bytes
