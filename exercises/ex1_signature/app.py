"""Le serveur de l'exercice 1 : recevoir une livraison, la vérifier, l'inscrire."""

import json
import os
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session

from ex1_signature.models import DeliveryRow
from ex1_signature.signature import InvalidSignatureError, read_secrets, verify
from kit.clock import now_ms
from kit.database import create_tables, open_engine


async def raw_body(request: Request) -> bytes:
    """Rendre les octets reçus, avant que quiconque les interprète."""
    return await request.body()


def create_app() -> FastAPI:
    """Monter l'application. Les secrets sont lus ici, au démarrage : un mauvais secret doit l'empêcher."""
    secrets = read_secrets(os.environ)
    engine = open_engine(os.environ["DATABASE_URL"])
    create_tables(engine, Path(__file__).with_name("schema.sql"))
    # Svix ne suit aucune redirection : mieux vaut un 404 franc que le 307 d'une barre oblique de trop.
    app = FastAPI(redirect_slashes=False)

    @app.post("/api/webhooks/clerk")
    def receive(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        try:
            verify(body, request.headers, secrets)
        except InvalidSignatureError:
            return Response(status_code=400)
        row = {
            "svix_id": request.headers["svix-id"],
            "type": json.loads(body).get("type"),
            "received_at": now_ms(),
        }
        with Session(engine) as session, session.begin():
            session.connection().execute(insert(DeliveryRow).values(row).on_conflict_do_nothing())
        return Response(status_code=204)

    return app
