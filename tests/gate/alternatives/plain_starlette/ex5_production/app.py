"""Autre forme : Starlette, SQLAlchemy Core dans un fil, un journal bavard où d'autres lignes JSON se mêlent.

Une livraison inutilisable reçoit 202, une autre instance 410 ; la barre oblique finale a son propre 404.
"""

import os

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .base import Base
from .journal import Journal
from .processing import Receiver
from .settings import World
from .standard import Verifier

MAX_BYTES = 1 << 20
STATUSES = {"rejected": 410, "dead": 202, "ignored": 202}


async def health(_request: Request) -> Response:
    """Répondre, c'est vivre."""
    return PlainTextResponse("en vie")


def ready_route(base: Base) -> Route:
    """La route de l'état de la base."""

    async def ready(_request: Request) -> Response:
        fine = await run_in_threadpool(base.is_ready)
        return JSONResponse({"database": fine}, 200 if fine else 503)

    return Route("/ready", ready)


async def bounded(request: Request) -> bytes | None:
    """Lire le corps ; rien s'il est trop grand."""
    if int(request.headers.get("content-length") or 0) > MAX_BYTES:
        return None
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BYTES:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def webhook_route(verifier: Verifier, receiver: Receiver, journal: Journal) -> Route:
    """La route des livraisons."""

    async def webhook(request: Request) -> Response:
        svix_id = request.headers.get("svix-id")
        body = await bounded(request)
        if body is None or not verifier.accepts(request.headers, body):
            journal.delivery(svix_id, None, "rejected")
            return JSONResponse({"outcome": "rejected"}, 413 if body is None else 400)
        type_, outcome = await run_in_threadpool(receiver.receive, request.headers["svix-id"], body)
        journal.delivery(svix_id, type_, outcome)
        return JSONResponse({"outcome": outcome}, STATUSES.get(outcome, 200))

    return Route("/api/webhooks/clerk", webhook, methods=["POST"])


def create_app() -> Starlette:
    """Monter l'application."""
    world = World.from_environment()
    verifier = Verifier(os.environ.get("CLERK_WEBHOOK_SIGNING_SECRET"))
    base, journal = Base(), Journal()
    journal.note("start", environment=world.name)
    routes = [Route("/health", health), ready_route(base)]
    app = Starlette(routes=[*routes, webhook_route(verifier, Receiver(base, world), journal)])
    app.router.redirect_slashes = False
    return app
