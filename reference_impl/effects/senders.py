"""Qui exécute un effet : le journal, en développement ; votre service d'envoi, par HTTP, en production."""

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import httpx
import structlog

LONGEST_NAME = 255
"""Le nom d'un destinataire et sa référence deviennent des clés : un index sait les borner, pas les couper."""


class EffectFailedError(Exception):
    """L'effet n'a pas pu être exécuté. `retry_after_s` est le délai demandé par le destinataire, en secondes."""

    def __init__(self, reason: str, retry_after_s: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Effect:
    """Un effet à exécuter. `key` est sa clé d'idempotence ; `recipient`, les colonnes de la personne à cet instant."""

    key: str
    kind: str
    payload: dict[str, Any] | None
    recipient: dict[str, Any] | None


@dataclass(frozen=True)
class Sent:
    """Le tiers qui a reçu des données de la personne : son nom, et la référence par laquelle il la désigne."""

    recipient: str | None = None
    reference: str | None = None


class Sender(Protocol):
    """Ce qui exécute un effet."""

    def send(self, effect: Effect) -> Sent:
        """Exécuter l'effet, au plus une fois pour une même clé si le destinataire le permet.

        Lève `EffectFailedError` : l'effet sera tenté de nouveau.
        """


class LogSender:
    """En développement : écrire au journal ce qui partirait. Personne ne reçoit rien."""

    def send(self, effect: Effect) -> Sent:
        """Journaliser la sorte de l'effet."""
        structlog.get_logger().info("effect", kind=effect.kind, outcome="logged")
        return Sent()


class HttpSender:
    """En production : confier l'effet à votre service d'envoi, par un POST qui porte `Idempotency-Key`.

    Le service répond 2xx une fois l'effet accepté, avec `{"recipient": …, "reference": …}` s'il a transmis des données
    de la personne à un tiers : la référence servira à l'avertir d'un effacement.
    """

    def __init__(self, url: str, token: str | None, *, transport: httpx.BaseTransport | None = None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        timeout = httpx.Timeout(10, connect=3)
        self._client = httpx.Client(headers=headers, timeout=timeout, transport=transport)
        self._url = url

    def send(self, effect: Effect) -> Sent:
        """Envoyer l'effet ; toute réponse autre qu'un 2xx est un échec, et l'effet sera tenté de nouveau."""
        body = {"kind": effect.kind, "payload": effect.payload, "recipient": effect.recipient}
        try:
            answer = self._client.post(
                self._url, json=body, headers={"Idempotency-Key": header_key(effect.key)}
            )
        except httpx.HTTPError as error:
            raise EffectFailedError(type(error).__name__) from None
        if not answer.is_success:
            after = answer.headers.get("retry-after", "")
            raise EffectFailedError(str(answer.status_code), int(after) if after.isdecimal() else None)
        return _sent(answer)


def _sent(answer: httpx.Response) -> Sent:
    """Lire la référence, s'il y en a une : un corps vide ou d'une autre forme n'est pas un échec."""
    try:
        told = answer.json()
    except ValueError:
        return Sent()
    if not isinstance(told, dict):
        return Sent()
    names = told.get("recipient"), told.get("reference")
    return (
        Sent(*names)
        if all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME for name in names)
        else Sent()
    )


def header_key(key: str) -> str:
    """Rendre une clé qu'un en-tête peut porter : de l'ASCII, et 255 caractères au plus."""
    quoted = quote(key, safe="/:@")
    return quoted if len(quoted) <= LONGEST_NAME else hashlib.sha256(key.encode()).hexdigest()
