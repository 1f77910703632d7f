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
    la personne, fussent-ils `null`.
    """

    clerk_id: str
    issued_at: int
    email: str | None
    first_name: str | None
    last_name: str | None
    complete: bool

    @property
    def version(self) -> int:
        """La version de l'instantané, en millisecondes : aussi vieux que le jeton.

        Un jeton qui ne porte pas les trois claims (celui de Clerk, sans réglage, n'en a aucun) n'est pas un
        instantané : la version 0 fait naître la ligne, et n'écrase jamais rien.
        """
        return self.issued_at * 1000 if self.complete else 0


class KeySource(Protocol):
    """De quoi trouver la clé publique qui vérifie un jeton."""

    def key_for(self, token: str) -> Any:
        """Rendre la clé. Lève `jwt.PyJWTError` si aucune ne convient, `KeysUnavailableError` si on n'en sait rien."""


class PemKey:
    """La clé publique de l'instance, au format PEM : aucun appel au réseau."""

    def __init__(self, pem: str) -> None:
        self._pem = unfolded(pem)

    def key_for(self, token: str) -> Any:  # noqa: ARG002
        """Rendre la clé, la même pour tous les jetons."""
        return self._pem


def unfolded(pem: str) -> str:
    """Rendre ses lignes à une clé : dans une variable d'environnement, deux caractères tiennent lieu de chaque fin."""
    return pem.replace("\\n", "\n")


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
            token, keys.key_for(token), algorithms=["RS256"], leeway=LEEWAY_S, options=_OPTIONS
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise InvalidTokenError("Jeton refusé.") from error
    if claims.get("azp") not in parties or claims.get("sts") == "pending":
        raise InvalidTokenError("Jeton refusé.")
    return _claims(cleaned(claims))


def _claims(claims: dict[str, Any]) -> SessionClaims:
    """Lire les claims. `email`, `first_name` et `last_name` sont ceux que l'application ajoute au jeton, chez Clerk."""
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
    )
