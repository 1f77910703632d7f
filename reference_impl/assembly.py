"""L'assemblage des fonctions allumées : ce qu'elles ajoutent aux écritures, les files d'envoi, les routes."""

from collections.abc import Iterator

from reference_impl.effects.senders import Lane, LogSender
from reference_impl.features import mail_is_on, require_secrets
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios import welcome
from reference_impl.settings import Settings


def reactions(settings: Settings) -> Reactions:
    """Réunir ce que les scénarios allumés ajoutent aux écritures."""
    mail = mail_is_on(settings)
    return Reactions(
        people=(welcome.welcome,) if mail else (),
        events=(welcome.welcome_administrator,) if mail else (),
    )


def lanes(settings: Settings, receiver: Receiver) -> Iterator[Lane]:
    """Ouvrir une file par destinataire configuré. Lève `InvalidSettingError` s'il manque de quoi lui envoyer."""
    require_secrets(settings)
    if mail_is_on(settings):
        yield Lane("email", LogSender())
