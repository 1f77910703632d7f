"""Un message à une personne, et ce qui le compose au moment de l'envoi."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from reference_impl.effects.senders import Effect


@dataclass(frozen=True)
class Application:
    """L'application au nom de laquelle on écrit."""

    name: str
    url: str | None


@dataclass(frozen=True)
class Message:
    """L'objet et le texte d'un message. Le texte est brut : rien de ce qu'une personne a choisi n'y devient du code."""

    subject: str
    text: str


Composer = Callable[[Connection, Effect, Application], Message | None]
"""Composer le message d'un effet, d'après l'état présent de la base ; `None` s'il n'y a plus rien à dire."""
