"""La synchronisation à la connexion : `POST /api/session/sync`, avec le jeton de session.

Un webhook peut tarder ou se perdre ; la personne qui se connecte, elle, n'attend pas. Son jeton vérifié suffit à écrire
sa ligne aussitôt. Les deux chemins écrivent sous la même garde de version.
"""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reference_impl.edge.session_token import KeySource, SessionClaims, verify_session_token
from reference_impl.errors import InvalidTokenError, KeysUnavailableError
from reference_impl.privacy.register import erased_among
from reference_impl.receiving.reactions import PersonChange
from reference_impl.receiving.receive import Receiver
from reference_impl.store.locks import lock_people
from reference_impl.store.pipeline import perform, perform_all
from reference_impl.store.users import SHARED, Written, claims_write, written

LOGIN_PATH = "/api/session/sync"


def login_router(receiver: Receiver, keys: KeySource, parties: Collection[str]) -> APIRouter:
    """Monter la route. Elle répond `created`, `updated` ou `unchanged`, et rien de la personne."""
    router = APIRouter()

    @router.post(LOGIN_PATH, responses=RESPONSES)
    def sync(authorization: Annotated[str | None, Header()] = None) -> dict[str, str]:
        try:
            claims = verify_session_token(authorization, keys, parties)
            done = record_login(receiver, claims)
        except InvalidTokenError as error:
            raise HTTPException(error.status, headers={"WWW-Authenticate": "Bearer"}) from None
        except (DBAPIError, PoolTimeoutError, KeysUnavailableError):
            raise HTTPException(503, headers={"Retry-After": "1"}) from None
        if done is None:
            raise HTTPException(403)
        return {"status": "created" if done.created else "updated" if done.applied else "unchanged"}

    return router


def record_login(receiver: Receiver, claims: SessionClaims) -> Written | None:
    """Écrire ce qu'affirme le jeton ; rendre `None` si la personne est effacée : se connecter ne la ramène pas."""
    with receiver.engine.begin() as connection:
        lock_people(connection, [claims.clerk_id])
        transaction = receiver.transaction(connection)
        row = {name: getattr(claims, name) for name in ("clerk_id", *SHARED)}
        row["claims_issued_at"] = claims.version
        subject = receiver.subjects(claims.clerk_id)
        write = claims_write(transaction.dialect, row, subject=subject, now=transaction.now)
        done = written(perform(connection, write), transaction.now)
        if done.applied:
            change = PersonChange(claims.clerk_id, claims.version, done.created, by_login=True)
            perform_all(connection, receiver.reactions.person_written(transaction, change))
        if not claims.borrowed:
            at = claims.version or transaction.now
            perform_all(connection, receiver.reactions.logged_in(transaction, claims.clerk_id, at))
        if not done.applied and erased_among(connection, receiver.subjects, [claims.clerk_id]):
            return None
        return done


RESPONSES: dict[int | str, dict[str, object]] = {
    401: {"description": "Jeton absent, mal signé, expiré, ou émis pour une autre application."},
    403: {"description": "Le compte a été supprimé."},
    503: {"description": "Base ou clés momentanément injoignables : requête à renvoyer."},
}
