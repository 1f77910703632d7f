"""L'envoi par SMTP.

SMTP n'a pas de clé d'idempotence. Si le processus est tué après que le serveur a accepté le message et avant qu'on l'ait
noté, ou si la réponse du serveur se perd, le message repart : ici, « une fois » veut dire « au moins une fois, et presque
toujours une seule ». Les deux exemplaires ont le même `Message-ID`, et certaines messageries n'en montrent alors qu'un.
"""

import hashlib
import re
import smtplib
import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import NoReturn

from reference_impl.clock import Clock, now_ms
from reference_impl.effects.mail import Mail
from reference_impl.effects.senders import EffectFailedError
from reference_impl.effects.smtp_session import SmtpServer, Stopwatch, open_session

CLOSING = 421
"""Le serveur s'arrête, ou ne veut plus de nous pour l'instant : tous les messages échoueraient."""

_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

_NO_SUCH_ADDRESS = re.compile(rb"5\.(?:1\.(?:[1-6]|10)|2\.1)(?!\d)")
"""Les codes étendus (RFC 3463) qui condamnent l'adresse du destinataire : inconnue, mal écrite, fermée."""


class SmtpMailer:
    """L'envoi par un serveur SMTP ; `sender` est `EMAIL_FROM`. Les tests donnent leur contexte TLS et leurs horloges."""

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        *,
        clock: Clock = now_ms,
        tls: ssl.SSLContext | None = None,
        stopwatch: Stopwatch = time.monotonic,
    ) -> None:
        self._server = server
        self._name, address = parseaddr(sender)
        self._address = with_ascii_domain(address)
        self._domain = self._address.rpartition("@")[2]
        self._clock, self._stopwatch = clock, stopwatch
        self._tls = tls or ssl.create_default_context()

    def deliver(self, mail: Mail) -> bool:
        """Remettre le message au serveur ; rendre faux s'il dit que l'adresse n'existe pas.

        Lève `EffectFailedError`, sans rien de ce que dit le serveur, qui cite l'adresse : le code seul.
        """
        message = self._written(mail)
        try:
            session = open_session(self._server, self._domain, self._tls, self._stopwatch)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise EffectFailedError(name_of(error), everyone=True) from None
        try:
            session.send_message(message, self._address, [with_ascii_domain(mail.to)])
        except smtplib.SMTPRecipientsRefused as error:
            ((code, said),) = error.recipients.values()
            if code >= 500 and _NO_SUCH_ADDRESS.match(said):
                return False
            raise EffectFailedError(str(code), everyone=code == CLOSING) from None
        except (smtplib.SMTPException, OSError) as error:
            refuse(error)
        finally:
            with suppress(smtplib.SMTPException, OSError):  # le message est déjà accepté, ou déjà refusé
                session.quit()
            session.close()
        return True

    def _written(self, mail: Mail) -> EmailMessage:
        """Écrire le message. `Auto-Submitted` (RFC 3834) évite qu'un répondeur automatique ne lui réponde."""
        message = EmailMessage(SMTP)
        message["From"] = Address(self._name, addr_spec=self._address)
        message["To"] = with_ascii_domain(mail.to)
        message["Subject"] = mail.subject
        message["Date"] = datetime.fromtimestamp(self._clock() / 1000, UTC)
        message["Message-ID"] = f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:32]}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text, cte="quoted-printable")  # que tout serveur sait transporter
        return message


def with_ascii_domain(address: str) -> str:
    """Écrire le domaine sous son nom ASCII, que tout serveur comprend ; un nom accentué en a un aussi.

    La conversion change d'autres caractères que les lettres : « ＠ » y devient « @ », et l'adresse en serait une autre.
    Un domaine qui n'en sort pas net reste donc tel quel ; le serveur le refusera.
    """
    local, _, domain = address.rpartition("@")
    try:
        converted = domain.encode("idna").decode()
    except UnicodeError:
        return address
    return f"{local}@{converted}" if _DOMAIN.fullmatch(converted) else address


def refuse(error: Exception) -> NoReturn:
    """Dire si l'échec tient à ce message seul : son contenu refusé, ou une adresse accentuée que le serveur n'admet pas.

    Tout autre échec, et le refus de notre adresse d'expédition, frapperait aussi les autres messages.
    """
    content = isinstance(error, smtplib.SMTPDataError) and error.smtp_code != CLOSING
    alone = content or isinstance(error, smtplib.SMTPNotSupportedError)
    raise EffectFailedError(name_of(error), everyone=not alone) from None


def name_of(error: Exception) -> str:
    """Nommer l'échec : le code que dit le serveur, ou la classe de l'erreur."""
    return str(error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else type(error).__name__
