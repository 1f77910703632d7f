"""Les alertes, pour l'administrateur : chacune dit pourquoi elle est là, et que faire."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException
from sqlalchemy import Row, select

from reference_impl.edge.admin import is_admin
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.alerts.rules import RULES
from reference_impl.store.engine import reading
from reference_impl.tables.alerts import ALERTS

ALERTS_PATH = "/api/alerts"

LONGEST = 100
"""Le nombre d'alertes rendues, au plus : au-delà, personne ne les lirait."""

BY_NAME = {rule.name: rule for rule in RULES}


def alerts_router(receiver: Receiver, token: str) -> APIRouter:
    """Monter `GET /api/alerts`, derrière `Authorization: Bearer ADMIN_TOKEN`."""

    def admin_only(authorization: Annotated[str | None, Header()] = None) -> None:
        if not is_admin(authorization, token):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    router = APIRouter()

    @router.get(ALERTS_PATH, dependencies=[Depends(admin_only)], responses=RESPONSES)
    def read_alerts(rule: str | None = None) -> dict[str, list[dict[str, Any]]]:
        return {"alerts": latest(receiver, rule)}

    return router


def latest(receiver: Receiver, rule: str | None) -> list[dict[str, Any]]:
    """Rendre les dernières alertes, la plus récente d'abord ; d'une règle inconnue, aucune."""
    wanted = [name for name in BY_NAME if rule in {None, name}]
    newest = select(ALERTS).order_by(ALERTS.c.created_at.desc(), ALERTS.c.alert_id).limit(LONGEST)
    with reading(receiver.engine).connect() as connection:
        return [explained(row) for row in connection.execute(newest.where(ALERTS.c.rule.in_(wanted)))]


def explained(row: Row[Any]) -> dict[str, Any]:
    """Rendre une alerte avec son explication. Les instants sont en millisecondes."""
    rule = BY_NAME[row.rule]
    return {**row._mapping, "why": rule.why, "next": rule.what_next}


RESPONSES: dict[int | str, dict[str, object]] = {401: {"description": "Jeton absent ou faux."}}
