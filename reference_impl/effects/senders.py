"""Un effet à exécuter, et ce qui l'exécute. Chaque destinataire a son `Sender`."""

from dataclasses import dataclass
from typing import Any, Protocol

import structlog

LONGEST_NAME = 255
"""La plus longue clé d'idempotence qu'un en-tête porte, en caractères ; au-delà, son empreinte la remplace."""


class EffectFailedError(Exception):
    """L'effet n'a pas pu être exécuté ; il sera tenté de nouveau.

    `retry_after_s` est le délai demandé par le destinataire, en secondes. `everyone` : c'est lui qui est en panne, ou
    débordé, et ses autres effets échoueraient de même ; sinon, seul cet effet est en cause.
    """

    def __init__(self, reason: str, retry_after_s: int | None = None, *, everyone: bool = False) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.everyone = everyone


@dataclass(frozen=True)
class Effect:
    """Un effet à exécuter. `key` est sa clé d'idempotence ; `recipient`, la personne telle qu'elle est à cet instant.

    `attempt` vaut 1 à la première tentative. Ensuite, une tentative a pu aboutir sans avoir été notée : jamais avant
    `owed_at`, en millisecondes.
    """

    key: str
    kind: str
    payload: dict[str, Any]
    recipient: dict[str, Any] | None
    attempt: int = 1
    owed_at: int = 0


@dataclass(frozen=True)
class Sent:
    """L'effet est fait. `reference` : ce par quoi le destinataire désigne la personne, s'il a reçu des données d'elle."""

    reference: str | None = None


class Sender(Protocol):
    """Ce qui exécute un effet."""

    def send(self, effect: Effect) -> Sent:
        """Exécuter l'effet, au plus une fois pour une même clé si le destinataire le permet.

        Lève `EffectFailedError` : l'effet sera tenté de nouveau.
        """


@dataclass(frozen=True)
class Lane:
    """Un destinataire, et ce qui lui envoie. `interval_ms` espace ses envois, s'il borne leur débit."""

    destination: str
    sender: Sender
    interval_ms: int = 0


class LogSender:
    """En développement : écrire au journal ce qui partirait. Personne ne reçoit rien."""

    def send(self, effect: Effect) -> Sent:
        """Journaliser la sorte de l'effet."""
        structlog.get_logger().info("effect", kind=effect.kind, outcome="logged")
        return Sent()
