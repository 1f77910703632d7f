"""Autre forme : Starlette, SQLAlchemy Core sur des tables reflétées, une table de plus pour les tentatives.

Un doublon reçoit 208, une livraison neuve 200, une panne 503 ; lire puis écrire, sous BEGIN IMMEDIATE.
"""

import json
import os

from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .base import Base
from .processing import process
from .standard import Verifier


def create_app() -> Starlette:
    """Monter l'application."""
    verifier = Verifier(os.environ.get("CLERK_WEBHOOK_SIGNING_SECRET"))
    base = Base()

    async def webhook(request: Request) -> Response:
        body = await request.body()
        if not verifier.accepts(request.headers, body):
            return Response(status_code=401)
        event = json.loads(body)
        try:
            outcome = await run_in_threadpool(process, base, request.headers["svix-id"], event)
        except OperationalError:
            return Response("réessayez", 503, {"retry-after": "5"})
        return JSONResponse({"outcome": outcome}, 208 if outcome == "duplicate" else 200)

    return Starlette(routes=[Route("/api/webhooks/clerk", webhook, methods=["POST"])])
