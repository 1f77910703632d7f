"""Les fonctions qui s'ajoutent au récepteur : lesquelles sont allumées, et ce que chacune apporte.

Une fonction qui n'est pas configurée n'inscrit aucun effet, n'ouvre aucune route, et le dit au démarrage.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from reference_impl.effects.senders import Lane, LogSender
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios import welcome
from reference_impl.settings import Settings


@dataclass(frozen=True)
class Feature:
    """Une fonction : son nom, si elle est allumée, et les variables qui l'allument."""

    name: str
    on: bool
    variables: str


def features(settings: Settings) -> tuple[Feature, ...]:
    """Lister les fonctions, dans l'ordre du cours."""
    return (Feature("email", mail_is_on(settings), "SMTP_URL ou RESEND_API_KEY, et EMAIL_FROM"),)


def mail_is_on(settings: Settings) -> bool:
    """Dire si des messages sont dus. En développement, sans fournisseur, ils sont écrits au journal."""
    return settings.sends_mail or not settings.in_production


def say_features(settings: Settings) -> None:
    """Écrire au journal, au démarrage, ce qui est allumé et ce qui ne l'est pas."""
    for feature in features(settings):
        structlog.get_logger().info("feature", feature=feature.name, on=feature.on)


def reactions(settings: Settings) -> Reactions:
    """Réunir ce que les scénarios allumés ajoutent aux écritures."""
    mail = mail_is_on(settings)
    return Reactions(
        people=(welcome.welcome,) if mail else (),
        events=(welcome.welcome_administrator,) if mail else (),
    )


def lanes(settings: Settings, receiver: Receiver) -> Iterator[Lane]:
    """Ouvrir une file par destinataire configuré."""
    if mail_is_on(settings):
        yield Lane("email", LogSender())
