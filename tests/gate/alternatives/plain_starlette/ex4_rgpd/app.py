"""Autre forme : Starlette, du SQL en texte, des index de plus (deux sur une expression).

L'export est une liste JSON, une ligne de la base par ligne de texte ; sans jeton 401, avec un mauvais 403.
"""

import json
import os

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .base import open_engine
from .export import document, right_of
from .processing import Processor
from .standard import Verifier


def settings() -> tuple[str, str]:
    """Lire la clé du registre et le jeton."""
    key, token = os.environ.get("ERASURE_KEY"), os.environ.get("ADMIN_TOKEN")
    if not key or not token:
        raise ValueError("ERASURE_KEY et ADMIN_TOKEN sont exigées.")
    return key, token


def webhook_route(verifier: Verifier, processor: Processor) -> Route:
    """La route des livraisons."""

    async def webhook(request: Request) -> Response:
        body = await request.body()
        if not verifier.accepts(request.headers, body):
            return Response(status_code=422)
        event = json.loads(body)
        outcome = await run_in_threadpool(processor.process, request.headers["svix-id"], event, body.decode())
        return Response(outcome, media_type="text/plain")

    return Route("/api/webhooks/clerk", webhook, methods=["POST"])


def export_route(engine: Engine, token: str) -> Route:
    """La route de l'export."""

    async def export(request: Request) -> Response:
        refusal = right_of(request.headers.get("authorization"), token)
        if refusal is not None:
            return Response(status_code=refusal)
        text = await run_in_threadpool(document, engine, request.path_params["clerk_id"])
        return Response(status_code=404) if text is None else Response(text, media_type="application/json")

    return Route("/api/users/{clerk_id}/export", export)


def create_app() -> Starlette:
    """Monter les deux routes."""
    verifier = Verifier(os.environ.get("CLERK_WEBHOOK_SIGNING_SECRET"))
    key, token = settings()
    engine = open_engine()
    processor = Processor(engine, key)
    return Starlette(routes=[webhook_route(verifier, processor), export_route(engine, token)])
