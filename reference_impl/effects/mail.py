"""L'envoi d'un message à une personne : à quelle adresse, avec quel texte, et quand il n'y a rien à envoyer.

L'adresse et le texte sont décidés au moment d'envoyer. Celui qui envoie (`smtp`, `resend_api`) ne connaît personne.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from sqlalchemy import Engine

from reference_impl.effects.messages import Application, Composer
from reference_impl.effects.senders import Effect, EffectFailedError, Sent
from reference_impl.store.engine import reading

LONGEST_ADDRESS = 254
"""La RFC 5321 n'en admet pas de plus longue."""

_ADDRESS = re.compile(r"""[^\s@<>,;:"()\[\]\\]+@[^\s@<>,;:"()\[\]\\]+""")
"""Une adresse et une seule. Les guillemets, que la norme permet, ouvriraient la porte à une seconde adresse."""


@dataclass(frozen=True)
class Mail:
    """Un message prêt à partir. `key` est la clé de l'effet, la même à chaque tentative ; `kind`, sa sorte."""

    key: str
    kind: str
    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Ce qui remet un message à un fournisseur."""

    def deliver(self, mail: Mail) -> bool:
        """Remettre le message ; rendre faux si l'adresse est refusée pour toujours. Lève `EffectFailedError`."""


@dataclass(frozen=True)
class MailSender:
    """L'envoi de la file des messages. `composers` compose chaque sorte ; `unusable` condamne une adresse.

    Aucune référence n'est rendue : rien ne sait reprendre un message déjà remis. Un effacement n'y donne donc pas d'avis.
    """

    engine: Engine
    mailer: Mailer
    application: Application
    composers: Mapping[str, Composer]
    unusable: Callable[[str], bool]

    def send(self, effect: Effect) -> Sent:
        """Envoyer le message, s'il y a quelqu'un à qui l'envoyer et quelque chose à dire. Lève `EffectFailedError`.

        Une adresse condamnée, ou que le serveur refuse pour toujours, clôt l'effet : insister pendant deux jours ne
        ferait rien recevoir à personne, et abîmerait la réputation de votre domaine.
        """
        if effect.kind == "art19":
            return Sent()
        if (composer := self.composers.get(effect.kind)) is None:
            raise EffectFailedError("unknown_kind")
        if (address := address_of(effect)) is None:
            return Sent()
        if not is_address(address) or self.unusable(address):
            return unsent(effect, "unusable")
        with reading(self.engine).connect() as connection:
            message = composer(connection, effect, self.application)
        if message is None:
            return Sent()
        subject = " ".join(message.subject.split())  # un en-tête n'a qu'une ligne
        mail = Mail(effect.key, effect.kind, address, subject, message.text)
        return Sent() if self.mailer.deliver(mail) else unsent(effect, "refused")


def address_of(effect: Effect) -> str | None:
    """Lire l'adresse présente de la personne ; rendre `None` pour un compte qui n'en a pas, par téléphone par exemple.

    Lève `EffectFailedError` si l'on n'en sait rien encore : la ligne est née d'une connexion, et le webhook, qui peut
    porter l'adresse, n'est pas arrivé.
    """
    if effect.recipient is None:
        raise EffectFailedError("no_recipient")
    address: str | None = effect.recipient["email"]
    if not address and effect.recipient["clerk_updated_at"] == 0:
        raise EffectFailedError("no_address")
    return address or None


def is_address(value: str) -> bool:
    """Dire si c'est une adresse, une seule, qui ne peut rien ajouter à l'enveloppe ni aux en-têtes.

    Dans un en-tête, `=?utf-8?q?…?=` se décode : une adresse qui contient `=?` en cacherait une autre.
    """
    plain = value.isprintable() and "=?" not in value
    return plain and len(value) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(value) is not None


def unsent(effect: Effect, outcome: str) -> Sent:
    """Clore l'effet sans envoi, et l'écrire au journal, sans l'adresse."""
    structlog.get_logger().warning("message", kind=effect.kind, outcome=outcome)
    return Sent()
