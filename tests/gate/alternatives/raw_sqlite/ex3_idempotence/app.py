"""Autre forme : ASGI nu, une seule connexion sqlite3 gardée ouverte, un fil derrière un verrou asyncio.

L'inscription dans `inbox` vient en dernier, avec son issue ; une suppression retire la ligne de `users`.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .store import Store
from .svix_by_hand import is_authentic, load_keys

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def read_body(receive: Receive) -> bytes:
    """Rassembler le corps."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def answer(send: Send, status: int) -> None:
    """Répondre par un texte court."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok\n" if status < 300 else b"non\n"})


async def live(receive: Receive, send: Send) -> None:
    """Tenir le protocole lifespan."""
    while True:
        step = (await receive())["type"].removeprefix("lifespan.")
        await send({"type": f"lifespan.{step}.complete"})
        if step == "shutdown":
            return


def create_app() -> Callable[..., Awaitable[None]]:
    """Rendre l'application ASGI, une simple fonction."""
    keys = load_keys()
    store = Store(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
    turn = asyncio.Lock()

    async def webhook(scope: Message, receive: Receive) -> int:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        body = await read_body(receive)
        if not is_authentic(body, headers, keys):
            return 403
        async with turn:
            await asyncio.to_thread(store.handle, headers["svix-id"], body)
        return 202

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send)
        elif (scope["method"], scope["path"]) != ("POST", "/api/webhooks/clerk"):
            await answer(send, 404)
        else:
            # Une erreur de la base s'échappe d'ici : uvicorn en fait un 500, et Svix reviendra.
            await answer(send, await webhook(scope, receive))

    return app
