"""Un middleware qui lit le corps avant l'application, et s'arrête dès qu'il y en a trop."""

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .journal import report

LIMIT = 400 * 1024


class BoundedBodies:
    """Répond 413 à un corps plus grand que la limite ; sinon, rejoue à l'application celui qu'il a lu."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app = app
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Traiter une requête."""
        if scope["type"] != "http" or scope["path"] != self.path:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = await self.read(receive, int(headers.get("content-length", 0)))
        if body is None:
            report(headers.get("svix-id"), None, "rejected")
            await Response("too large", 413, {"connection": "close"})(scope, receive, send)
            return
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return messages.pop() if messages else await receive()

        await self.app(scope, replay, send)

    @staticmethod
    async def read(receive: Receive, announced: int) -> bytes | None:
        """Rendre le corps, ou rien s'il est trop grand, annoncé ou reçu."""
        chunks: list[bytes] = []
        more = announced <= LIMIT
        while more and sum(map(len, chunks)) <= LIMIT:
            message = await receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        body = b"".join(chunks)
        return None if announced > LIMIT or len(body) > LIMIT else body
