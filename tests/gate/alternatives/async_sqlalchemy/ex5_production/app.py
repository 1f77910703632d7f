"""Autre forme : tout est async, un middleware ASGI borne les corps, Pydantic lit réglages et événements.

Le journal est un formateur JSON du module logging ; une autre instance reçoit 421.
"""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from .edge import BoundedBodies
from .guard import Guard, Signed
from .journal import report, set_up_logging
from .processing import handle
from .settings import Settings
from .tables import Received, open_sessions

WEBHOOK = "/api/webhooks/clerk"


async def refused(request: Request, error: HTTPException) -> Response:
    """Répondre à un refus ; celui d'une livraison va au journal."""
    if request.url.path == WEBHOOK and request.method == "POST":
        report(request.headers.get("svix-id"), None, "rejected")
    return Response(status_code=error.status_code)


def create_app() -> FastAPI:
    """Monter l'application ; Pydantic refuse les réglages douteux."""
    settings = Settings.from_environment()
    set_up_logging()
    guard, sessions = Guard(status=401), open_sessions()
    app = FastAPI(redirect_slashes=False, openapi_url=None, exception_handlers={HTTPException: refused})
    app.add_middleware(BoundedBodies, path=WEBHOOK)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/ready")
    async def ready(response: Response) -> dict[str, str]:
        try:
            async with sessions() as session:
                await session.scalars(select(Received.svix_id).limit(1))
        except DBAPIError:
            response.status_code = 503
            return {"status": "database"}
        return {"status": "ready"}

    @app.post(WEBHOOK, status_code=202)
    async def receive(signed: Annotated[Signed, Depends(guard)], response: Response) -> dict[str, str]:
        async with sessions.begin() as session:
            line = await handle(session, settings, signed)
        report(signed.svix_id, line.type, line.outcome, line.person)
        if line.outcome == "rejected":
            response.status_code = 421
        return {"outcome": line.outcome}

    return app
