"""`GET /api/analytics` : réservé à l'administrateur, comme les mesures."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query

from reference_impl.edge.admin import is_admin
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.analytics.answers import answer
from reference_impl.scenarios.analytics.shape import Analytics

ANALYTICS_PATH = "/api/analytics"

LONGEST = 104
"""Deux ans, en semaines."""


def analytics_router(receiver: Receiver, token: str) -> APIRouter:
    """Monter la route, derrière `Authorization: Bearer ADMIN_TOKEN`."""

    def admin_only(authorization: Annotated[str | None, Header()] = None) -> None:
        if not is_admin(authorization, token):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    router = APIRouter(
        dependencies=[Depends(admin_only)], responses={401: {"description": "Jeton absent ou faux."}}
    )

    @router.get(ANALYTICS_PATH)
    def read_analytics(weeks: Weeks = 12) -> Analytics:
        """Inscriptions, personnes actives et rétention, semaine par semaine."""
        return answer(receiver.engine, receiver.clock(), weeks)

    return router


Weeks = Annotated[int, Query(ge=1, le=LONGEST, description="Le nombre de semaines, celle en cours comprise.")]
