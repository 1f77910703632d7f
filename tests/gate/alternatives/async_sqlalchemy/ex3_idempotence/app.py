"""Autre forme : tout est async, les lignes sont des objets de l'ORM, un doublon est une IntegrityError.

La bienvenue est due si aucune n'est encore inscrite ; une panne de la base devient un 503.
"""

import json
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError

from .guard import Guard, Signed
from .processing import handle
from .tables import open_sessions


async def unavailable(_request: Request, _error: Exception) -> JSONResponse:
    """Répondre à une panne : Svix reviendra."""
    return JSONResponse({"detail": "base indisponible"}, status_code=503)


def create_app() -> FastAPI:
    """Monter la route."""
    guard, sessions = Guard(status=401), open_sessions()
    app = FastAPI(exception_handlers={DBAPIError: unavailable})

    @app.post("/api/webhooks/clerk")
    async def receive(signed: Annotated[Signed, Depends(guard)]) -> dict[str, str]:
        return {"outcome": await handle(sessions, signed.svix_id, json.loads(signed.body))}

    return app
