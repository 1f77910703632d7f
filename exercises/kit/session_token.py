"""La vérification d'un jeton de session Clerk (RS256), telle que la fait une API derrière Clerk."""

from collections.abc import Collection
from dataclasses import dataclass

import jwt


class InvalidTokenError(Exception):
    """Le jeton est absent, mal signé, expiré, ou destiné à une autre application."""


@dataclass(frozen=True)
class SessionClaims:
    """Ce qu'un jeton vérifié affirme de son porteur. `issued_at` est en **secondes** depuis 1970 (claim `iat`)."""

    clerk_id: str
    issued_at: int
    email: str | None
    first_name: str | None
    last_name: str | None


def verify_session_token(authorization: str | None, key: str, parties: Collection[str]) -> SessionClaims:
    """Vérifier l'en-tête `Authorization: Bearer …` avec la clé publique PEM et les `azp` acceptés.

    Lève `InvalidTokenError` sans dire pourquoi : la réponse ne doit pas guider qui essaie.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidTokenError("Jeton absent.")
    try:
        claims = jwt.decode(token, key, algorithms=["RS256"], options={"require": ["exp", "iat", "sub"]})
    except jwt.PyJWTError as error:
        raise InvalidTokenError("Jeton refusé.") from error
    if claims.get("azp") not in parties:
        raise InvalidTokenError("Jeton refusé.")
    return SessionClaims(
        clerk_id=claims["sub"],
        issued_at=claims["iat"],
        email=claims.get("email"),
        first_name=claims.get("first_name"),
        last_name=claims.get("last_name"),
    )
