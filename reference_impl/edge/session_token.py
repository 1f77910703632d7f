"""La vérification d'un jeton de session Clerk (RS256)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from reference_impl.catalogue.reading import person, short, text
from reference_impl.edge.envelope import LATEST_MS, cleaned
from reference_impl.errors import InvalidTokenError

_OPTIONS: jwt.types.Options = {"require": ["exp", "iat", "sub"], "verify_aud": False}

LEEWAY_S = 5
"""Écart admis entre notre horloge et celle de Clerk, en secondes."""


@dataclass(frozen=True)
class SessionClaims:
    """Ce qu'un jeton vérifié affirme de son porteur.

    `issued_at` est en **secondes** depuis 1970 (claim `iat`) ; `complete` dit si le jeton porte les trois claims de
    la personne, fussent-ils `null` ; `borrowed`, si quelqu'un d'autre agit à sa place (claim `act`).
    """

    clerk_id: str
    issued_at: int
    email: str | None
    first_name: str | None
    last_name: str | None
    complete: bool
    borrowed: bool = False

    @property
    def version(self) -> int:
        """La version de l'instantané, en millisecondes : l'instant d'émission du jeton.

        Un jeton qui ne porte pas les trois claims n'est pas un instantané (celui de Clerk, sans réglage, n'en porte
        aucun) : sa version est 0, qui crée la ligne si elle manque et n'écrase jamais rien.
        """
        return self.issued_at * 1000 if self.complete else 0


class KeySource(Protocol):
    """Ce qui trouve la clé publique avec laquelle vérifier un jeton."""

    def key_for(self, token: str) -> Any:
        """Rendre la clé. Lève `jwt.PyJWTError` si aucune ne convient, `KeysUnavailableError` si la réponse manque."""


class PemKey:
    """La clé publique de l'instance, au format PEM : aucun appel au réseau."""

    def __init__(self, pem: str) -> None:
        self._pem = unfolded(pem)

    def key_for(self, token: str) -> Any:  # noqa: ARG002
        """Rendre la clé, la même pour tous les jetons."""
        return self._pem


def unfolded(pem: str) -> str:
    """Rétablir les fins de ligne d'une clé : une variable d'environnement les note par une barre inverse et un « n »."""
    return pem.replace("\\n", "\n")


def verify_session_token(
    authorization: str | None, keys: KeySource, parties: Collection[str]
) -> SessionClaims:
    """Vérifier l'en-tête `Authorization: Bearer …`. Lève `InvalidTokenError`, sans dire à l'appelant pourquoi.

    L'algorithme est imposé : un jeton qui le choisirait pourrait choisir `none`. `azp` dit pour quelle application le
    jeton a été émis ; une session `pending` n'est pas encore ouverte.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidTokenError("Jeton absent.")
    try:
        claims = jwt.decode(
            token, keys.key_for(token), algorithms=["RS256"], leeway=LEEWAY_S, options=_OPTIONS
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise InvalidTokenError("Jeton refusé.") from error
    if claims.get("azp") not in parties or claims.get("sts") == "pending":
        raise InvalidTokenError("Jeton refusé.")
    return _claims(cleaned(claims))


def _claims(claims: dict[str, Any]) -> SessionClaims:
    """Lire les claims. `email`, `first_name` et `last_name` n'y sont que si vous les ajoutez au jeton, chez Clerk."""
    clerk_id, issued_at = person(claims, "sub"), claims["iat"]
    if clerk_id is None or not isinstance(issued_at, int | float) or not 0 <= issued_at * 1000 <= LATEST_MS:
        raise InvalidTokenError("Jeton refusé.")
    return SessionClaims(
        clerk_id=clerk_id,
        issued_at=int(issued_at),
        email=short(claims, "email"),
        first_name=text(claims, "first_name"),
        last_name=text(claims, "last_name"),
        complete=claims.keys() >= {"email", "first_name", "last_name"},
        borrowed=claims.get("act") is not None,
    )
