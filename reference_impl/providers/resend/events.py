"""La lecture d'un événement de Resend. Ses instants sont des textes (ISO 8601) ; ceux de la base, des millisecondes."""

import re

from reference_impl.catalogue.reading import Data, inside, objects, short
from reference_impl.edge.envelope import iso_instant, load_object
from reference_impl.errors import UnusableEventError
from reference_impl.providers.intake import Authentic, ProviderEvent, fingerprint

_LABEL = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""Ce que Resend admet dans une étiquette. Une adresse n'y passe pas : elle ne serait donc pas gardée par mégarde."""


def read_event(delivery: Authentic) -> ProviderEvent:
    """Lire l'enveloppe. Elle ne porte aucun identifiant : la clé d'idempotence est l'en-tête signé `svix-id`.

    Lève `UnusableEventError`.
    """
    document = load_object(delivery.body)
    kind = short(document, "type")
    if kind is None:
        raise UnusableEventError("no_type")
    identifier = delivery.delivery_id or fingerprint(delivery.body)
    return ProviderEvent(identifier, kind, inside(document, "data"), iso_instant(document.get("created_at")))


def label(data: Data) -> str | None:
    """Lire la sorte du message dans ses étiquettes ; `categorie` est le nom que le cours donne à `kind`.

    Selon la source, `tags` est un objet, ou une liste de `{name, value}` : les deux sont admis.
    """
    listed = {name: item.get("value") for item in objects(data, "tags") if (name := short(item, "name"))}
    tags = inside(data, "tags") or listed
    found = short(tags, "kind") or short(tags, "categorie")
    return found if found and _LABEL.fullmatch(found) else None
