"""Ce qui est réservé à l'administrateur : les mesures, et l'export d'une personne (RGPD, article 15)."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from reference_impl.edge.envelope import cleaned
from reference_impl.operations import metrics
from reference_impl.privacy.export import collect
from reference_impl.receiving.receive import Receiver
from reference_impl.store.engine import reading


def admin_router(receiver: Receiver, token: str) -> APIRouter:
    """Monter `/metrics` et l'export, derrière `Authorization: Bearer ADMIN_TOKEN`."""

    def admin_only(authorization: Annotated[str | None, Header()] = None) -> None:
        if not is_admin(authorization, token):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    router = APIRouter(
        dependencies=[Depends(admin_only)], responses={401: {"description": "Jeton absent ou faux."}}
    )

    @router.get("/metrics", response_class=Response)
    def read_metrics() -> Response:
        return Response(metrics.render(receiver.engine, receiver.clock()), media_type=METRICS_TYPE)

    @router.get("/api/users/{clerk_id}/export", responses={404: {"description": "Rien n'est conservé."}})
    def export(clerk_id: str) -> JSONResponse:
        # Aucune forme n'est exigée de l'identifiant : FastAPI, en le refusant, le recopierait dans sa réponse.
        return exported(receiver, cleaned(clerk_id))

    return router


def exported(receiver: Receiver, clerk_id: str) -> JSONResponse:
    """Rendre tout ce qui est conservé de la personne, sinon 404 : effacée ou inconnue, la réponse est la même."""
    with reading(receiver.engine).connect() as connection:
        found: dict[str, Any] = collect(connection, clerk_id, receiver.subjects)
    if not any(found.values()):
        raise HTTPException(404)
    return JSONResponse(jsonable_encoder(found))


def is_admin(authorization: str | None, token: str) -> bool:
    """Comparer en temps constant : la durée ne doit pas dire combien de caractères sont justes."""
    scheme, _, given = (authorization or "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode())


METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
