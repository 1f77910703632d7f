"""EasyPost : ses événements.

Leur signature ne porte aucune date (`shipping.proofs`) : une livraison capturée peut être rejouée. Deux choses
l'arrêtent. L'identifiant de l'événement est reconnu : une ligne d'EasyPost dans `shipping_inbox` se garde donc pour
toujours, et aucune purge ne doit la retirer. Et l'état rejoué, plus ancien que celui de la ligne du colis, ne change
rien (`shipping.states`).
"""

from typing import Any

from sqlalchemy import Table

from reference_impl.catalogue.reading import inside, short, text
from reference_impl.edge.envelope import iso_instant, load_object
from reference_impl.errors import UnusableEventError
from reference_impl.providers.intake import Authentic, Provider, ProviderEvent
from reference_impl.providers.shipping.parcels import carrier, code, record_parcel
from reference_impl.providers.shipping.proofs import EasyPostVerifier
from reference_impl.providers.shipping.states import EASYPOST, state
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.tables import ShippingInbox

INBOX: Table = ShippingInbox.__table__  # type: ignore[attr-defined]

HANDLED = frozenset({"tracker.created", "tracker.updated"})

LIVE = {"production": True, "test": False}


def easypost_provider(secret: str, *, live: bool | None = None) -> Provider:
    """Construire l'expéditeur. `secret` : celui que vous avez donné à EasyPost en déclarant l'adresse.

    `live` : `True` en production, `False` avec des clés de test, `None` pour admettre les deux. Un événement qui se dit
    de l'autre mode est ignoré.
    """

    def record(transaction: Transaction, event: ProviderEvent) -> Outcome:
        other_mode = live is not None and LIVE.get(text(event.data, "mode") or "", live) is not live
        if event.type not in HANDLED or other_mode:
            return Outcome.IGNORED
        return record_parcel(transaction, parcel_row(event))

    return Provider("easypost", INBOX, EasyPostVerifier(secret).verify, read_event, record)


def read_event(delivery: Authentic) -> ProviderEvent:
    """Lire l'enveloppe ; `data` la garde entière. `id` (`evt_…`) ne change pas quand EasyPost renvoie l'événement.

    Lève `UnusableEventError`.
    """
    document = load_object(delivery.body)
    identifier, kind = short(document, "id"), short(document, "description")
    if identifier is None:
        raise UnusableEventError("no_id")
    if kind is None:
        raise UnusableEventError("no_type")
    return ProviderEvent(
        identifier, kind, document, iso_instant(inside(document, "result").get("updated_at"))
    )


def parcel_row(event: ProviderEvent) -> dict[str, Any]:
    """Lire les colonnes de `parcels`. L'instant est celui où EasyPost a changé le suivi.

    Ce n'est pas celui où le colis est passé : un passage que le transporteur rapporte avec retard est une nouvelle
    récente.
    """
    found = inside(event.data, "result")
    return {
        "carrier": carrier(found),
        "tracking_number": short(found, "tracking_code"),
        "status": state(EASYPOST, short(found, "status")),
        "status_detail": code(found, "status_detail"),
        "status_at": event.at,
        "eta": iso_instant(found.get("est_delivery_date")),
        "provider": "easypost",
    }
