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
    # BEGIN SOLUTION: décodez, et refusez ce qui n'est pas un objet
    try:
        envelope = json.loads(body)
    # Des milliers de crochets ouvrants épuisent le décodeur : c'est aussi un corps illisible, pas une panne.
    except (ValueError, RecursionError) as error:
        raise UnusableError("not_json") from error
    if not isinstance(envelope, dict):
        raise UnusableError("not_an_object")
    return envelope
    # END SOLUTION


def read_event(envelope: dict[str, Any], received_at: int) -> Event:
    """Lire l'événement ; `received_at` (ms) remplace un `timestamp` absent ou insensé.

    Lève `UnusableError` : `no_type` sans type, `no_id` si un type traité ne nomme pas la personne.
    """
    # BEGIN SOLUTION: lisez le type, data, la personne et l'instant
    event_type = text_or_none(envelope.get("type"))
    if event_type is None:
        raise UnusableError("no_type")
    data = envelope.get("data")
    if not isinstance(data, dict):
        data = {}
    clerk_id = None
    if event_type in PERSON_FIELD:
        clerk_id = text_or_none(data.get(PERSON_FIELD[event_type]))
        if clerk_id is None:
            raise UnusableError("no_id", event_type)
    return Event(event_type, clerk_id, data, to_ms(envelope.get("timestamp")) or received_at)
    # END SOLUTION


def to_ms(value: object) -> int | None:
    """Rendre l'instant en millisecondes, qu'il soit venu en secondes ou en millisecondes.

    `None` s'il manque ou n'a pas de sens.
    """
    # BEGIN SOLUTION: reconnaissez l'unité à la grandeur du nombre
    # type() et non isinstance() : en Python, True est un entier.
    if type(value) is not int or value <= 0:
        return None
    instant = value * 1000 if value < FIRST_MS else value
    return instant if instant < LAST_MS else None
    # END SOLUTION


def text_or_none(value: object) -> str | None:
    """Rendre un texte non vide et enregistrable ; `null`, `""` et tout autre type valent absence."""
    # BEGIN SOLUTION: ne gardez qu'une chaîne non vide que la base saura écrire
    if not isinstance(value, str) or not value:
        return None
    try:
        value.encode()
    # Une moitié d'émoji (« \ud83d » seul) est du JSON valable, mais ne s'écrit pas en UTF-8.
    except UnicodeEncodeError:
        return None
    return value
    # END SOLUTION
