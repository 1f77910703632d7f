"""La connexion à un serveur SMTP : chiffrée, identifiée, et bornée dans le temps."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from reference_impl.effects.deadline import TOTAL_S, cut_after

CONNECT_S = 3
"""En secondes, la connexion ; l'envoi entier est borné par `deadline.TOTAL_S`."""

LOCAL = {"localhost", "127.0.0.1", "::1"}

Stopwatch = Callable[[], float]
"""Une horloge en secondes, qui ne recule pas."""


@dataclass(frozen=True)
class SmtpServer:
    """Un serveur. `implicit_tls` : le chiffrement commence avec la connexion, sans commande pour le demander."""

    host: str
    port: int
    implicit_tls: bool = False
    credentials: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def needs_starttls(self) -> bool:
        """Exiger le passage en TLS, sauf vers cette machine et sans mot de passe, comme avec Mailpit."""
        return not self.implicit_tls and (self.credentials is not None or self.host not in LOCAL)


def smtp_server(url: str) -> SmtpServer:
    """Lire `SMTP_URL`, que `rules.smtp_address` a vérifié. Le mot de passe y est codé (`%40`), comme en toute adresse."""
    parts = urlsplit(url)
    implicit = parts.scheme == "smtps"
    credentials = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return SmtpServer(parts.hostname or "", parts.port or (465 if implicit else 587), implicit, credentials)


class _Hurried(smtplib.SMTP):
    """Une connexion dont les attentes, mises bout à bout, ont une fin : `smtplib` ne borne que chacune d'elles.

    Passé le temps qui reste, la connexion est coupée, même au milieu d'une réponse envoyée goutte à goutte.
    """

    def __init__(self, *arguments: Any, remaining: Stopwatch, **options: Any) -> None:
        self._remaining = remaining
        self._watch = ExitStack()
        self._watch.enter_context(cut_after(remaining(), self._cut))
        try:
            super().__init__(*arguments, **options)
        except BaseException:
            self._watch.close()
            raise

    def close(self) -> None:
        """Fermer la connexion."""
        self._watch.close()
        super().close()

    def _cut(self) -> None:
        with suppress(OSError, AttributeError):  # AttributeError : elle vient de se fermer d'elle-même
            self.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    def send(self, s: Any) -> None:
        """Écrire, dans le temps qui reste."""
        self._hurry()
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Lire une réponse, dans le temps qui reste."""
        self._hurry()
        return super().getreply()

    def _hurry(self) -> None:
        if self.sock:
            self.sock.settimeout(self._remaining())


class _HurriedTls(_Hurried, smtplib.SMTP_SSL):
    """La même, chiffrée dès la connexion."""


def open_session(server: SmtpServer, name: str, tls: ssl.SSLContext, stopwatch: Stopwatch) -> smtplib.SMTP:
    """Ouvrir une session prête à envoyer ; `name` est le nom que l'on se donne.

    Lève `smtplib.SMTPException` ou `OSError`. Un serveur qui n'offre pas TLS, ou dont le certificat n'est pas reconnu, ne
    reçoit ni mot de passe ni message.
    """
    deadline = stopwatch() + TOTAL_S

    def remaining() -> float:
        return max(deadline - stopwatch(), 0.001)  # zéro voudrait dire : ne pas attendre du tout

    # Sans nom, `smtplib` chercherait celui de la machine dans le DNS, et cette attente-là n'a pas de borne.
    place: tuple[Any, ...] = (server.host, server.port, name)
    waits: dict[str, Any] = {"timeout": CONNECT_S, "remaining": remaining}
    session = _HurriedTls(*place, context=tls, **waits) if server.implicit_tls else _Hurried(*place, **waits)
    try:
        if server.needs_starttls:
            session.starttls(context=tls)
        if server.credentials:
            session.login(*server.credentials)
    except BaseException:
        session.close()
        raise
    return session
