"""La route des livraisons : lire les octets, vérifier, traiter, répondre."""

import time

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reference_impl.edge.body import BODY_TIMEOUT_S, read_body
from reference_impl.edge.signature import RawDelivery, Verifier
from reference_impl.errors import RefusedRequestError
from reference_impl.operations.journal import Journal
from reference_impl.receiving.batches import Batcher

WEBHOOK_PATH = "/api/webhooks/clerk"

RETRY_AFTER_S = 5


def webhook_router(
    verifier: Verifier, batcher: Batcher, journal: Journal, *, body_timeout: float = BODY_TIMEOUT_S
) -> APIRouter:
    """Monter `POST /api/webhooks/clerk`. Les réponses n'ont pas de corps, car Svix le conserve et l'affiche."""
    router = APIRouter()

    @router.post(WEBHOOK_PATH, status_code=204, responses=RESPONSES, openapi_extra=ANY_BODY)
    async def receive(request: Request) -> Response:
        started = time.perf_counter()
        svix_id = request.headers.get("svix-id")
        try:
            body = await read_body(request, timeout=body_timeout)
            delivery = verifier.verify(RawDelivery(request.headers, body))
            receipt = await batcher.receive(delivery)
        except RefusedRequestError as error:
            journal.refused(svix_id, error, started)
            return Response(status_code=error.status, headers=HANG_UP if error.status in UNREAD else None)
        except (DBAPIError, PoolTimeoutError, TimeoutError) as error:
            # La base n'a pas pu répondre : la transaction est annulée, et Svix enverra la livraison de nouveau.
            journal.unavailable(svix_id, error, started)
            return Response(status_code=503, headers={"Retry-After": str(RETRY_AFTER_S)})
        journal.received(delivery, receipt, started)
        return Response(status_code=204)

    return router


UNREAD = {408, 413}
HANG_UP = {"Connection": "close"}
"""Le reste du corps ne sera pas lu : la connexion ne peut plus servir, et la réponse annonce qu'elle se ferme."""

RESPONSES: dict[int | str, dict[str, object]] = {
    204: {"description": "Reçue : traitée, doublon, dépassée, ignorée, ou gardée comme lettre morte."},
    400: {"description": "Signature refusée, ou événement d'une autre instance de Clerk."},
    408: {"description": "Le corps met trop longtemps à arriver."},
    413: {"description": "Corps trop grand."},
    503: {"description": "Base momentanément injoignable : livraison à renvoyer."},
}

ANY_BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}},
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("svix-id", "svix-timestamp", "svix-signature")
    ],
}
