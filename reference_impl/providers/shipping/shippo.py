"""Shippo : ses événements, qui ne portent pas d'identifiant."""

import json
from typing import Any

from sqlalchemy import Table

from reference_impl.catalogue.reading import Data, inside, short
from reference_impl.clock import Clock
from reference_impl.edge.envelope import iso_instant, load_object
from reference_impl.errors import UnusableEventError
from reference_impl.providers.intake import Authentic, Provider, ProviderEvent, fingerprint
from reference_impl.providers.shipping.parcels import REQUIRED, carrier, code, record_parcel
from reference_impl.providers.shipping.proofs import ShippoVerifier
from reference_impl.providers.shipping.states import SHIPPO, state
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.tables import ShippingInbox

INBOX: Table = ShippingInbox.__table__  # type: ignore[attr-defined]

HANDLED = "track_updated"


def shippo_provider(
    secret: str | None, token: str | None, clock: Clock, *, live: bool | None = None
) -> Provider:
    """Construire l'expéditeur. `secret` signe les corps ; `token` n'est qu'un mot de l'adresse (`shipping.proofs`).

    Si les deux sont donnés, la signature est exigée. `live` : `True` en production, `False` pour les essais, `None`
    pour admettre les deux. Un événement qui se dit de l'autre mode est ignoré.
    """

    def record(transaction: Transaction, event: ProviderEvent) -> Outcome:
        other_mode = live is not None and event.data.get("test") is live
        if event.type != HANDLED or other_mode:
            return Outcome.IGNORED
        return record_parcel(transaction, parcel_row(event.data))

    return Provider("shippo", INBOX, ShippoVerifier(secret, token, clock).verify, read_event, record)


def read_event(delivery: Authentic) -> ProviderEvent:
    """Lire l'enveloppe ; `data` la garde entière. Lève `UnusableEventError`."""
    document = load_object(delivery.body)
    kind = short(document, "event")
    if kind is None:
        raise UnusableEventError("no_type")
    row = parcel_row(document)
    return ProviderEvent(identifier(delivery, kind, row), kind, document, row["status_at"])


def identifier(delivery: Authentic, kind: str, row: dict[str, Any]) -> str:
    """Rendre la clé d'idempotence : une empreinte de ce que dit la nouvelle, c'est-à-dire de la ligne qu'elle écrirait.

    Le transporteur, le numéro, l'état et son instant en font partie. L'arrivée prévue aussi : Shippo peut la changer
    seule, et ce n'est pas un doublon. De deux arrivées prévues au même instant, la plus tardive est gardée, car rien ne
    dit laquelle est la plus récente. Une empreinte du corps entier ne conviendrait pas : la même nouvelle, envoyée
    deux fois parce que l'adresse est déclarée deux fois, peut différer par un champ sans intérêt.
    """
    complete = kind == HANDLED and all(row[name] is not None for name in REQUIRED)
    return fingerprint(json.dumps(row, sort_keys=True).encode() if complete else delivery.body)


def parcel_row(document: Data) -> dict[str, Any]:
    """Lire les colonnes de `parcels`. `status_details` est une phrase du transporteur : seul le code est gardé."""
    found = inside(document, "data")
    told = inside(found, "tracking_status")
    return {
        "carrier": carrier(found),
        "tracking_number": short(found, "tracking_number"),
        "status": state(SHIPPO, short(told, "status")),
        "status_detail": code(inside(told, "substatus"), "code"),
        "status_at": iso_instant(told.get("status_date")),
        "eta": iso_instant(found.get("eta")),
        "provider": "shippo",
    }
