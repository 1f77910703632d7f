"""La lecture d'un événement de Stripe. Ses instants sont en secondes ; ceux de la base, en millisecondes."""

from typing import Any

from reference_impl.catalogue.reading import Data, inside, short
from reference_impl.edge.envelope import instant, load_object
from reference_impl.errors import UnusableEventError
from reference_impl.providers.intake import Authentic, ProviderEvent

LARGEST_AMOUNT = 2**63 - 1
"""Ce que contient un BIGINT."""


def read_event(delivery: Authentic) -> ProviderEvent:
    """Lire l'enveloppe ; `data` la garde entière. `id` (`evt_…`) ne change pas quand Stripe renvoie l'événement.

    Lève `UnusableEventError`.
    """
    document = load_object(delivery.body)
    identifier, kind = short(document, "id"), short(document, "type")
    if identifier is None:
        raise UnusableEventError("no_id")
    if kind is None:
        raise UnusableEventError("no_type")
    return ProviderEvent(identifier, kind, document, instant(document.get("created")))


def subject(event: ProviderEvent) -> Data:
    """Rendre l'objet dont parle l'événement, tel qu'il était à cet instant : un paiement, une facture."""
    return inside(inside(event.data, "data"), "object")


def origin(event: ProviderEvent, found: Data) -> tuple[str, dict[str, Any]]:
    """Rendre l'identifiant de l'objet, et les deux colonnes qui situent l'événement. Lève `UnusableEventError`.

    `created` n'est précis qu'à la seconde : entre deux événements du même instant, l'identifiant départage.
    """
    identifier = short(found, "id")
    if identifier is None:
        raise UnusableEventError("no_object_id")
    if event.at is None:
        raise UnusableEventError("no_time")
    return identifier, {"event_at": event.at, "event_id": event.id}


def amount(data: Data, name: str) -> int | None:
    """Lire un montant, dans la plus petite unité de la devise : des centimes pour l'euro, des yens pour le yen."""
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= LARGEST_AMOUNT else None
