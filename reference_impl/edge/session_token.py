"""La vérification d'un jeton de session Clerk (RS256) : par la clé publique de l'instance, ou par son JWKS."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from reference_impl.catalogue.reading import text
from reference_impl.edge.envelope import LATEST_MS
from reference_impl.errors import InvalidTokenError

LEEWAY_S = 5
"""Écart admis entre notre horloge et celle de Clerk, en secondes."""


@dataclass(frozen=True)
class SessionClaims:
    """Ce qu'un jeton vérifié affirme de son porteur. `issued_at` est en **secondes** depuis 1970 (claim `iat`)."""

    clerk_id: str
    issued_at: int
    email: str | None
    first_name: str | None
    last_name: str | None


class KeySource(Protocol):
    """De quoi trouver la clé publique qui vérifie un jeton."""

    def key_for(self, token: str) -> Any:
        """Rendre la clé. Lève `jwt.PyJWTError` si aucune ne convient."""


class PemKey:
    """La clé publique de l'instance, au format PEM : aucun appel au réseau."""

    def __init__(self, pem: str) -> None:
        # Une variable d'environnement tient sur une ligne : les retours à la ligne y sont écrits « \n ».
        self._pem = pem.replace("\\n", "\n")

    def key_for(self, token: str) -> Any:  # noqa: ARG002
        """Rendre la clé, la même pour tous les jetons."""
        return self._pem


class JwksKeys:
    """Les clés publiées par Clerk, gardées cinq minutes : une clé remplacée est suivie sans redémarrage."""

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(url, lifespan=300, timeout=5)

    def key_for(self, token: str) -> Any:
        """Rendre la clé que nomme l'en-tête `kid` du jeton."""
        return self._client.get_signing_key_from_jwt(token).key


def verify_session_token(
    authorization: str | None, keys: KeySource, parties: Collection[str]
) -> SessionClaims:
    """Vérifier l'en-tête `Authorization: Bearer …`. Lève `InvalidTokenError`, sans dire pourquoi à qui essaie.

    L'algorithme est imposé : laisser le jeton le choisir le laisserait choisir « aucun ». `azp` dit pour quelle
    application il a été émis ; une session `pending` n'a pas fini de s'ouvrir.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidTokenError("Jeton absent.")
    try:
        claims = jwt.decode(
            token,
            keys.key_for(token),
            algorithms=["RS256"],
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "sub"], "verify_aud": False},
        )
    except jwt.PyJWKClientConnectionError:
        raise
    except (jwt.PyJWTError, ValueError) as error:
        raise InvalidTokenError("Jeton refusé.") from error
    if claims.get("azp") not in parties or claims.get("sts") == "pending":
        raise InvalidTokenError("Jeton refusé.")
    return _claims(claims)


def _claims(claims: dict[str, Any]) -> SessionClaims:
    """Lire les claims. `email`, `first_name` et `last_name` sont ceux que l'application ajoute au jeton, chez Clerk."""
    clerk_id, issued_at = text(claims, "sub"), claims["iat"]
    if clerk_id is None or not 0 <= issued_at * 1000 <= LATEST_MS:
        raise InvalidTokenError("Jeton refusé.")
    return SessionClaims(
        clerk_id, int(issued_at), text(claims, "email"), text(claims, "first_name"), text(claims, "last_name")
    )
