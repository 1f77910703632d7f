"""Autre forme : FastAPI et sqlite3, handlers synchrones, corps gardés en BLOB.

Une table de plus, `about`, dit de qui parle chaque corps. Les effets n'ont aucun payload
(rien à effacer) ; ceux d'une personne effacée sont vidés, non supprimés.
L'export refuse par 403, et répond 410 à propos d'une personne effacée.
"""

import hmac
import os
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request

from .erasure import Register
from .export import export_of
from .store import Store
from .svix_by_hand import is_authentic, load_keys


async def body_of(request: Request) -> bytes:
    """Rendre les octets reçus."""
    return await request.body()


def create_app() -> FastAPI:
    """Monter les deux routes ; une variable vide empêche de démarrer."""
    keys, register_key, token = load_keys(), os.environ["ERASURE_KEY"], os.environ["ADMIN_TOKEN"]
    if not register_key or not token:
        raise RuntimeError("ERASURE_KEY et ADMIN_TOKEN ne peuvent être vides.")
    store = Store(os.environ["DATABASE_URL"].removeprefix("sqlite:///"), Register(register_key))
    app = FastAPI()

    @app.post("/api/webhooks/clerk")
    def receive(request: Request, body: Annotated[bytes, Depends(body_of)]) -> dict[str, str]:
        if not is_authentic(body, request.headers, keys):
            raise HTTPException(401)
        return {"outcome": store.handle(request.headers["svix-id"], body)}

    @app.get("/api/users/{clerk_id}/export")
    def export(clerk_id: str, authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
        expected = f"Bearer {token}".encode()
        if not hmac.compare_digest(authorization.encode(), expected):
            raise HTTPException(403)
        with store.transaction() as db:
            if store.register.knows(db, clerk_id):
                raise HTTPException(410)
            found = export_of(db, clerk_id)
        if not found:
            raise HTTPException(404)
        return {"person": clerk_id, **found}

    return app
