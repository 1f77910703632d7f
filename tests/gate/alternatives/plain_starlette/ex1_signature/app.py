"""Autre forme : une application ASGI écrite à la main, le paquet standardwebhooks, SQLAlchemy Core.

Une table de plus, `refusals`, compte les refus par heure ; le succès est un 200 en JSON.
"""

import json
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from anyio import to_thread
from sqlalchemy import BigInteger, Column, Engine, Integer, MetaData, Table, Text, create_engine
from sqlalchemy.dialects.sqlite import insert

from .standard import Verifier

metadata = MetaData()
deliveries = Table(
    "deliveries",
    metadata,
    Column("svix_id", Text, primary_key=True),
    Column("type", Text),
    Column("received_at", BigInteger, nullable=False),
)
refusals = Table("refusals", metadata, Column("hour", Integer, primary_key=True), Column("n", Integer))

Message = MutableMapping[str, Any]


class Webhooks:
    """L'application."""

    def __init__(self, verifier: Verifier, engine: Engine) -> None:
        self.verifier = verifier
        self.engine = engine

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Répondre à une requête ; du protocole lifespan, cette application ne sait rien."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        status = 404
        if scope["path"] == "/api/webhooks/clerk" and scope["method"] == "POST":
            headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
            status = await to_thread.run_sync(self.record, headers, body)
        answer = json.dumps({"status": status}).encode()
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": answer})

    def record(self, headers: dict[str, str], body: bytes) -> int:
        """Inscrire la livraison, ou compter un refus ; rendre le statut."""
        now_s = int(time.time())
        if not self.verifier.accepts(headers, body):
            refused = insert(refusals).values(hour=now_s // 3600, n=1)
            with self.engine.begin() as connection:
                connection.execute(refused.on_conflict_do_update(set_={"n": refusals.c.n + 1}))
            return 400
        event = json.loads(body)
        row = {"svix_id": headers["svix-id"], "type": event["type"], "received_at": now_s * 1000}
        with self.engine.begin() as connection:
            connection.execute(insert(deliveries).values(row).prefix_with("OR REPLACE"))
        return 200


def create_app() -> Webhooks:
    """Monter l'application."""
    verifier = Verifier(os.environ.get("CLERK_WEBHOOK_SIGNING_SECRET"))
    engine = create_engine(os.environ["DATABASE_URL"], connect_args={"timeout": 8})
    metadata.create_all(engine)
    return Webhooks(verifier, engine)
