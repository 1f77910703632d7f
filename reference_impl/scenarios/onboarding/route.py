"""L'avancement de qui est connecté : `GET /api/onboarding`, avec le jeton de session.

Clerk prévient que ce parcours ne peut pas compter sur l'arrivée d'un webhook. Une personne dont le webhook tarde n'est
donc ni inconnue ni redirigée sans fin : la première étape l'attend.
"""

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reference_impl.edge.session_token import KeySource, verify_session_token
from reference_impl.errors import InvalidTokenError, KeysUnavailableError
from reference_impl.privacy.register import erased_among
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.onboarding.steps import STEPS, Person, read_person, remaining
from reference_impl.store.engine import reading

ONBOARDING_PATH = "/api/onboarding"


def onboarding_router(receiver: Receiver, keys: KeySource, parties: Collection[str]) -> APIRouter:
    """Monter la route. Elle ne montre à la personne que ses propres étapes."""
    router = APIRouter()

    @router.get(ONBOARDING_PATH, responses=RESPONSES)
    def read_onboarding(authorization: Annotated[str | None, Header()] = None) -> dict[str, Any]:
        try:
            claims = verify_session_token(authorization, keys, parties)
            person = find(receiver, claims.clerk_id)
        except InvalidTokenError as error:
            raise HTTPException(error.status, headers={"WWW-Authenticate": "Bearer"}) from None
        except (DBAPIError, PoolTimeoutError, KeysUnavailableError):
            raise HTTPException(503, headers={"Retry-After": "1"}) from None
        if person is None:
            raise HTTPException(403)
        return progress(person)

    return router


def find(receiver: Receiver, clerk_id: str) -> Person | None:
    """Lire la personne ; rendre `None` si elle est effacée."""
    with reading(receiver.engine).connect() as connection:
        if erased_among(connection, receiver.subjects, [clerk_id]):
            return None
        return read_person(connection, clerk_id)


def progress(person: Person) -> dict[str, Any]:
    """Dire chaque étape, et la suivante ; `next` vaut `None` quand tout est fait."""
    left = remaining(person)
    return {
        "steps": [{"id": step.id, "title": step.title, "done": step not in left} for step in STEPS],
        "next": left[0].id if left else None,
        "complete": not left,
    }


RESPONSES: dict[int | str, dict[str, object]] = {
    401: {"description": "Jeton absent, mal signé, expiré, ou émis pour une autre application."},
    403: {"description": "Le compte a été supprimé."},
    503: {"description": "Base ou clés momentanément injoignables : requête à renvoyer."},
}
