"""Autre forme : FastAPI sans le kit, sqlite3 nu, signature faite à la main.

Le refus de démarrer est dans le lifespan, non dans create_app. Les réponses sont en JSON ; un succès est 200.
"""

import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from .svix_by_hand import is_authentic, load_keys


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Lire les secrets au démarrage : une exception ici empêche uvicorn de servir."""
    app.state.keys = load_keys()
    app.state.path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
    yield


def type_of(body: bytes) -> str | None:
    """Rendre le type de l'événement, s'il en dit un."""
    event = json.loads(body)
    return event.get("type") if isinstance(event, dict) else None


def create_app() -> FastAPI:
    """Monter l'application ; rien n'est lu de l'environnement avant le lifespan."""
    app = FastAPI(lifespan=lifespan)

    @app.post("/api/webhooks/clerk")
    async def receive(request: Request) -> JSONResponse:
        body = await request.body()
        if not is_authentic(body, request.headers, app.state.keys):
            return JSONResponse({"detail": "signature refusée"}, status_code=400)
        row = (request.headers["svix-id"], type_of(body), int(time.time() * 1000))
        with closing(sqlite3.connect(app.state.path, timeout=10)) as db, db:
            db.execute("INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?)", row)
        return JSONResponse({"ok": True})

    return app
