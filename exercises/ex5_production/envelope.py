"""L'enveloppe lue avec tolérance : exiger ce qui sert, ignorer le reste, nommer ce qui est inutilisable."""

import json
from typing import Any

from ex5_production.event import PERSON_FIELD, Event

FIRST_MS = 10**11
"""Seuil entre les deux unités : en secondes, 10**11 serait l'an 5138 ; en millisecondes, c'est 1973."""

LAST_MS = 10**14
"""Aucun instant raisonnable n'est au-delà (an 5138) ; un entier sans borne ferait échouer l'écriture."""


class UnusableError(Exception):
    """La livraison est signée, mais aucune nouvelle tentative ne la rendra utilisable.

    `reason` est un mot fixe, qui ne cite rien du corps ; `event_type` est le type, s'il a pu être lu.
    """

    def __init__(self, reason: str, event_type: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.event_type = event_type


def open_envelope(body: bytes) -> dict[str, Any]:
    """Décoder le corps en objet JSON. Lève `UnusableError` (`not_json`, `not_an_object`)."""
    raise NotImplementedError("TODO : décodez, et refusez ce qui n'est pas un objet")


def read_event(envelope: dict[str, Any], received_at: int) -> Event:
    """Lire l'événement ; `received_at` (ms) remplace un `timestamp` absent ou insensé.

    Lève `UnusableError` : `no_type` sans type, `no_id` si un type traité ne nomme pas la personne.
    """
    raise NotImplementedError("TODO : lisez le type, data, la personne et l'instant")


def to_ms(value: object) -> int | None:
    """Rendre l'instant en millisecondes, qu'il soit venu en secondes ou en millisecondes.

    `None` s'il manque ou n'a pas de sens.
    """
    raise NotImplementedError("TODO : reconnaissez l'unité à la grandeur du nombre")


def text_or_none(value: object) -> str | None:
    """Rendre un texte non vide et enregistrable ; `null`, `""` et tout autre type valent absence."""
    raise NotImplementedError("TODO : ne gardez qu'une chaîne non vide que la base saura écrire")
