"""A real SMTP server on 127.0.0.1, which keeps what it accepts and answers what it is told to."""

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "cours@example.com", "a p@ss:word/"
ACCEPTED = "250 OK"


@dataclass
class Accepted:
    """One message that was accepted: its envelope, its headers and text, and how it came."""

    sender: str
    to: list[str]
    message: EmailMessage
    encrypted: bool
    authenticated: bool

    @property
    def text(self) -> str:
        """The text, with the line ends of a text."""
        return str(self.message.get_content()).replace("\r\n", "\n")


@dataclass
class Post:
    """The server's handler. `at` gives its answer to a command instead of the ordinary one; `then` follows a message."""

    accepted: list[Accepted] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    at: dict[str, str] = field(default_factory=dict)
    then: Callable[[], None] = lambda: None
    port: int = 0

    @property
    def url(self) -> str:
        """The address of the server, as `SMTP_URL` writes it."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_MAIL(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.seen.append("MAIL")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.at.get("MAIL", ACCEPTED)

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.seen.append("RCPT")
        if (answer := self.at.get("RCPT", ACCEPTED)) == ACCEPTED:
            envelope.rcpt_tos.append(address)
        return answer.format(address=address)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.seen.append("DATA")
        if (answer := self.at.get("DATA", ACCEPTED)) == ACCEPTED:
            message = message_from_bytes(envelope.content, EmailMessage, policy=POLICY)
            encrypted = server.transport.get_extra_info("sslcontext") is not None
            come = (encrypted, bool(session.authenticated))
            self.accepted.append(Accepted(envelope.mail_from, envelope.rcpt_tos, message, *come))
            self.then()
        return answer

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return self.at.get("QUIT", "221 Bye")


def authenticator(_server: Any, _session: Any, _envelope: Any, _mechanism: str, told: Any) -> AuthResult:
    """Know one user."""
    known = isinstance(told, LoginPassword) and told == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


@contextmanager
def serving(post: Post, *, implicit: ssl.SSLContext | None = None, **options: Any) -> Iterator[Post]:
    """Serve on a free port; `implicit`: encrypted from the first byte."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells of every command
    loop = asyncio.new_event_loop()
    starting = loop.create_server(
        lambda: SMTP(post, hostname="post.test", loop=loop, **options), "127.0.0.1", 0, ssl=implicit
    )
    server = loop.run_until_complete(starting)
    post.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield post
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
