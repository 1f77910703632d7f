"""La route d'un autre expéditeur : lire les octets, vérifier, traiter, répondre."""

import time
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reference_impl.edge.body import read_body
from reference_impl.edge.signature import RawDelivery
from reference_impl.edge.webhook import HANG_UP, RESPONSES, RETRY_AFTER_S, UNREAD
from reference_impl.errors import InvalidSignatureError, RefusedRequestError
from reference_impl.providers.intake import Authentic, Intake, Provider
from reference_impl.providers.journal import ProviderJournal


def provider_router(path: str, intake: Intake, providers: Sequence[Provider]) -> APIRouter:
    """Monter `POST path`. Plusieurs expéditeurs peuvent partager cette route : la preuve dit lequel envoie."""
    router = APIRouter()
    journal, name = ProviderJournal(), path.rpartition("/")[2]

    @router.post(path, status_code=204, responses=PROVIDER_RESPONSES, openapi_extra=ANY_JSON)
    async def receive(request: Request) -> Response:
        started = time.perf_counter()
        try:
            body = await read_body(request)
            provider, delivery = authenticate(
                providers, RawDelivery(request.headers, body, request.query_params)
            )
            receipt = await run_in_threadpool(intake.receive, provider, delivery)
        except RefusedRequestError as error:
            journal.refused(name, error)
            return Response(status_code=error.status, headers=HANG_UP if error.status in UNREAD else None)
        except (DBAPIError, PoolTimeoutError) as error:
            journal.unavailable(name, error)
            return Response(status_code=503, headers={"Retry-After": str(RETRY_AFTER_S)})
        journal.received(provider.name, receipt, started)
        return Response(status_code=204)

    return router


def authenticate(providers: Sequence[Provider], raw: RawDelivery) -> tuple[Provider, Authentic]:
    """Trouver l'expéditeur dont la signature convient. Lève `InvalidSignatureError`."""
    for provider in providers:
        try:
            return provider, provider.verify(raw)
        except InvalidSignatureError:
            continue
    raise InvalidSignatureError("Aucun expéditeur configuré ne reconnaît cette signature.")


PROVIDER_RESPONSES: dict[int | str, dict[str, object]] = {
    **RESPONSES,
    400: {"description": "Signature refusée."},
}

ANY_JSON = {"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}}
