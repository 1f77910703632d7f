"""La route des livraisons : lire les octets, vérifier, confier la livraison vérifiée à l'exercice."""

import os
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from kit.deliveries import RawDelivery, VerifiedDelivery
from kit.verification import InvalidSignatureError, read_secrets, verify

WEBHOOK_PATH = "/api/webhooks/clerk"


async def raw_delivery(request: Request) -> RawDelivery:
    """Lire le corps sans l'interpréter : la signature porte sur ces octets-là."""
    return RawDelivery(headers=request.headers, body=await request.body())


def build_app(handle: Callable[[VerifiedDelivery], Any]) -> FastAPI:
    """Monter une application dont `POST /api/webhooks/clerk` passe chaque livraison vérifiée à `handle`.

    `handle` est appelée dans un fil d'exécution à part, où bloquer est permis ; une exception qu'elle laisse
    échapper devient une réponse 500, et Svix enverra la livraison de nouveau.
    """
    secrets = read_secrets(os.environ)
    # Svix ne suit aucune redirection : mieux vaut un 404 franc que le 307 d'une barre oblique de trop.
    app = FastAPI(redirect_slashes=False)

    @app.post(WEBHOOK_PATH)
    def receive(raw: Annotated[RawDelivery, Depends(raw_delivery)]) -> Response:
        try:
            delivery = verify(raw, secrets)
        except InvalidSignatureError:
            return Response(status_code=400)
        handle(delivery)
        return Response(status_code=204)

    return app
