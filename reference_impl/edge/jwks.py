"""Les clés que Clerk publie (JWKS) : relues quand il le faut, au plus une fois toutes les dix secondes."""

import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

import jwt

from reference_impl.errors import KeysUnavailableError

LIFESPAN_S = 300
"""Âge au-delà duquel les clés sont relues, en secondes : une clé que Clerk retire cesse alors de servir ici."""

PAUSE_S = 10
"""Pause entre deux lectures, réussies ou non, en secondes : un `kid` inventé ne fait pas interroger Clerk sans fin."""

TIMEOUT_S = 3


class JwksKeys:
    """Les clés publiées à une adresse JWKS. Si Clerk en change, elles sont relues sans redémarrage.

    Si l'adresse ne répond plus, les clés déjà lues servent encore : une panne de Clerk n'empêche aucune connexion.
    """

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=TIMEOUT_S)
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, Any] = {}
        self._reachable = True
        self._stale_at = self._next_reading_at = float("-inf")

    def key_for(self, token: str) -> Any:
        """Rendre la clé que nomme le `kid` du jeton. Lève `KeysUnavailableError` si Clerk ne la donne pas."""
        kid = jwt.get_unverified_header(token).get("kid")
        with self._lock:
            now = self._clock()
            if now >= self._next_reading_at and (kid not in self._keys or now >= self._stale_at):
                self._read()
            if kid in self._keys:
                return self._keys[kid]
            if not self._reachable:
                raise KeysUnavailableError("Le JWKS de Clerk ne répond pas.")
        raise jwt.InvalidKeyError("Clé inconnue.")

    def _read(self) -> None:
        try:
            self._keys = {str(key.key_id): key.key for key in self._client.get_signing_keys()}
            self._reachable = True
            self._stale_at = self._clock() + LIFESPAN_S
        except (jwt.PyJWTError, ValueError, OSError, HTTPException):
            self._reachable = False
        self._next_reading_at = self._clock() + PAUSE_S
