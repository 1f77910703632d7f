"""La santé : `/health` dit que le processus répond, `/ready` qu'il peut travailler."""

from fastapi import APIRouter, Response
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from reference_impl.store.engine import reading
from reference_impl.store.inbox import INBOX


def health_router(engine: Engine) -> APIRouter:
    """Monter les deux routes : la première dit à l'hébergeur quand redémarrer, la seconde quand envoyer du trafic.

    200, et non 204 : le contrôle de santé de Railway n'accepte que ce code.
    """
    router = APIRouter()

    @router.get("/health", response_class=Response)
    async def health() -> Response:
        return Response()

    @router.get(
        "/ready",
        response_class=Response,
        responses={503: {"description": "La base ne répond pas, ou n'est pas migrée."}},
    )
    def ready() -> Response:
        return Response(status_code=200 if is_ready(engine) else 503)

    return router


def is_ready(engine: Engine) -> bool:
    """Lire une table : `SELECT 1` répond encore quand le fichier est abîmé ou que les migrations manquent."""
    try:
        with reading(engine).connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA shrink_memory")  # pour relire le fichier, et non le cache
            connection.execute(select(INBOX.c.svix_id).limit(1))
    except SQLAlchemyError:
        return False
    return True
