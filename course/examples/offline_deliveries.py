"""Essayer la route sans réseau : une livraison signée sur place, son doublon, une contrefaçon."""

import asyncio
import io
import random
import tempfile
import time
from contextlib import redirect_stdout

import httpx
import structlog

from grader.sender import SimulatedClerk, SvixSender, new_secret
from reference_impl.app import create_app
from reference_impl.migrations.run import upgrade
from reference_impl.settings import Settings

RNG = random.Random(7)
OURS, THEIRS = new_secret(RNG), new_secret(RNG)
CLERK = SimulatedClerk(RNG, now_ms=1_764_583_200_000)
CREATED = CLERK.user_created(CLERK.create_user())


async def send(server: httpx.ASGITransport, secret: str, svix_id: str) -> None:
    """Signer la création d'une personne, et la remettre à l'application comme le ferait Svix."""
    delivery = SvixSender(secret, RNG, time.time).deliver(CREATED, svix_id=svix_id)
    async with httpx.AsyncClient(transport=server, base_url="http://essai") as client:
        answer = await client.post("/api/webhooks/clerk", content=delivery.body, headers=delivery.headers)
    print(f"{svix_id} reçoit {answer.status_code}")


with tempfile.NamedTemporaryFile(suffix=".db") as file:
    common = {"app_env": "development", "erasure_key": "k" * 16, "admin_token": "t" * 16}
    settings = Settings(database_url=f"sqlite:///{file.name}", clerk_webhook_signing_secret=OURS, **common)
    upgrade(f"sqlite:///{file.name}")
    with redirect_stdout(io.StringIO()):
        server = httpx.ASGITransport(create_app(settings))
    structlog.configure(processors=[lambda _logger, _method, entry: f"journal : {entry['outcome']}"])
    for secret, svix_id in [(OURS, "msg_1"), (OURS, "msg_1"), (THEIRS, "msg_2")]:
        asyncio.run(send(server, secret, svix_id))
