"""Autre forme : ASGI nu dans une classe, sqlite3, SystemExit au mauvais réglage.

La barre oblique finale mène à la même route, le journal est un simple print, les réponses sont du texte.
"""

import asyncio
import os
from typing import Any

from .config import read_config
from .journal import tell
from .reading import Unusable, read
from .store import Store
from .svix_by_hand import is_authentic, load_keys
from .wire import Receive, Scope, Send, TooLarge, answer, headers_of, live, read_body

Line = dict[str, Any]


class Application:
    """L'application ASGI."""

    def __init__(self) -> None:
        self.config, self.keys = read_config(), load_keys()
        self.store = Store(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Répondre à une requête, ou vivre."""
        if scope["type"] == "lifespan":
            await live(receive, send)
            return
        status = 404
        match scope["method"], scope["path"].rstrip("/"):
            case "GET", "/health":
                status = 200
            case "GET", "/ready":
                status = 200 if await asyncio.to_thread(self.store.is_readable) else 503
            case "POST", "/api/webhooks/clerk":
                status = await self.webhook(scope, receive)
        await answer(send, status)

    async def webhook(self, scope: Scope, receive: Receive) -> int:
        """Recevoir une livraison, dire son issue au journal, rendre le statut."""
        headers = headers_of(scope)
        svix_id = headers.get("svix-id", "")
        status, line = 413, Line(type=None, outcome="rejected")
        try:
            body = await read_body(headers, receive)
        except TooLarge:
            pass
        else:
            status = 400
            if is_authentic(body, headers, self.keys):
                status, line = await asyncio.to_thread(self.treat, svix_id, body)
        tell(svix_id, **line)
        return status

    def treat(self, svix_id: str, body: bytes) -> tuple[int, Line]:
        """Traiter une livraison vérifiée ; rendre le statut et ce que le journal en dira."""
        try:
            event = read(body)
        except Unusable as problem:
            return 200, Line(type=problem.type, outcome=self.store.bury(svix_id, problem))
        if self.config.is_foreign(event.instance):
            return 409, Line(type=event.type, outcome="rejected")
        return 200, Line(type=event.type, outcome=self.store.handle(svix_id, event), clerk_id=event.person)


create_app = Application
