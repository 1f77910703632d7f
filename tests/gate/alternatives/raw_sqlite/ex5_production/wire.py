"""Le protocole ASGI, réduit à ce qui sert."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

LARGEST_BODY = 1_000_000

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]


class TooLarge(Exception):  # noqa: N818
    """Le corps dépasse la limite, annoncé ou reçu."""


def headers_of(scope: Scope) -> dict[str, str]:
    """Rendre les en-têtes, noms en minuscules."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def read_body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """Rassembler le corps, sans dépasser la limite."""
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > LARGEST_BODY:
        raise TooLarge
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise TooLarge
        more = message.get("more_body", False)
    return bytes(body)


async def answer(send: Send, status: int) -> None:
    """Répondre sans corps utile ; après un 413, la connexion se ferme."""
    headers = [(b"content-type", b"text/plain")] + [(b"connection", b"close")] * (status == 413)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": str(status).encode()})


async def live(receive: Receive, send: Send) -> None:
    """Tenir le protocole lifespan."""
    while True:
        step = (await receive())["type"].removeprefix("lifespan.")
        await send({"type": f"lifespan.{step}.complete"})
        if step == "shutdown":
            return
