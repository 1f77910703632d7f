"""Le serveur de l'exercice 5 : les trois routes, et ce que chacune répond."""

import os
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response

from ex5_production.edge import BodyTooLargeError, read_bounded
from ex5_production.journal import Report, write_line
from ex5_production.processing import handle
from ex5_production.readiness import is_ready
from ex5_production.settings import read_settings
from kit.database import create_tables, open_engine
from kit.deliveries import RawDelivery
from kit.verification import InvalidSignatureError, read_secrets, verify


async def bounded_delivery(request: Request) -> RawDelivery:
    """Lire la livraison à l'entrée du serveur, sans dépasser la limite."""
    return RawDelivery(headers=request.headers, body=await read_bounded(request))


async def refuse_large_body(request: Request, _error: Exception) -> Response:
    """Répondre 413 et le journaliser : un corps refusé est une livraison refusée."""
    write_line(Report(request.headers.get("svix-id"), "rejected"))
    return Response(status_code=413)


def create_app() -> FastAPI:
    """Monter l'application. Les réglages sont lus ici, au démarrage : un mauvais réglage doit l'empêcher."""
    settings = read_settings(os.environ)
    secrets = read_secrets(os.environ)
    engine = open_engine(os.environ["DATABASE_URL"])
    create_tables(engine, Path(__file__).with_name("schema.sql"))
    # Svix ne suit aucune redirection : mieux vaut un 404 franc que le 307 d'une barre oblique de trop.
    app = FastAPI(redirect_slashes=False, exception_handlers={BodyTooLargeError: refuse_large_body})

    @app.get("/health")
    async def health() -> Response:
        return Response(status_code=200)

    @app.get("/ready")
    def ready() -> Response:
        return Response(status_code=200 if is_ready(engine) else 503)

    @app.post("/api/webhooks/clerk")
    def receive(raw: Annotated[RawDelivery, Depends(bounded_delivery)]) -> Response:
        try:
            delivery = verify(raw, secrets)
        except InvalidSignatureError:
            write_line(Report(raw.headers.get("svix-id"), "rejected"))
            return Response(status_code=400)
        report = handle(engine, delivery, settings)
        write_line(report)
        return Response(status_code=403 if report.outcome == "rejected" else 204)

    return app
