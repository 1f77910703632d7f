"""Autre forme : tout est async, en objets de l'ORM ; une même recherche sert à l'export et à l'effacement.

Un corps gardé est du JSON réécrit, celui de la suppression ne l'est jamais. L'export est une liste plate.
"""

import json
import secrets
from os import environ
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from .guard import Guard, Signed
from .people import rows_of
from .processing import handle
from .tables import open_sessions

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def create_app() -> FastAPI:
    """Monter les deux routes."""
    guard, sessions = Guard(status=403), open_sessions()
    key, token = environ["ERASURE_KEY"].encode(), environ["ADMIN_TOKEN"].encode()
    app = FastAPI()

    def admin_only(credentials: Credentials) -> None:
        if credentials is None or not secrets.compare_digest(credentials.credentials.encode(), token):
            raise HTTPException(401)

    @app.post("/api/webhooks/clerk")
    async def receive(signed: Annotated[Signed, Depends(guard)]) -> dict[str, str]:
        async with sessions.begin() as session:
            outcome = await handle(session, key, signed.svix_id, json.loads(signed.body))
        return {"outcome": outcome}

    @app.get("/api/users/{clerk_id}/export", dependencies=[Depends(admin_only)])
    async def export(clerk_id: str) -> list[dict[str, Any]]:
        async with sessions() as session:
            rows = [row async for row in rows_of(session, clerk_id)]
        if not rows:
            raise HTTPException(404)
        return [{"table": row.__tablename__, "row": columns(row)} for row in rows]

    return app


def columns(row: Any) -> dict[str, Any]:
    """Rendre une ligne de l'ORM en dictionnaire, `payload` tel qu'il est gardé, en texte."""
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}
