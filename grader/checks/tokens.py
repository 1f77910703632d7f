"""Clerk session tokens as the grader makes them: RS256, short-lived, with the course's custom claims."""

import functools
import random
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from grader.sender import User

LIFETIME_S = 60
"""Clerk's session tokens live a minute."""


@functools.cache
def _keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """Make two key pairs for the life of this process: a server is only ever given the public half of the first."""
    return tuple(rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))  # type: ignore[return-value]


class TokenIssuer:
    """Signs session tokens for one application, `party`."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.party = f"https://app-{rng.randrange(10**6)}.example.com"
        self._key, self._other_key = _keys()

    @property
    def public_key(self) -> str:
        """The public key, PEM, as `CLERK_JWT_KEY` gives it."""
        public = self._key.public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return pem.decode()

    def token(
        self, user: User, *, issued_at: int | None = None, other_key: bool = False, **claims: Any
    ) -> str:
        """Sign a token for the user as it is now; `issued_at` in seconds (now by default); `claims` replace others."""
        now = int(time.time()) if issued_at is None else issued_at
        payload: dict[str, Any] = {
            "azp": self.party, "iss": "https://clerk.example.com", "sub": user.id,
            "sid": f"sess_{self._rng.randrange(10**9)}",
            "iat": now, "nbf": now - 10, "exp": int(time.time()) + LIFETIME_S,
            "email": user.primary_email, "first_name": user.first_name, "last_name": user.last_name,
        }  # fmt: skip
        key = self._other_key if other_key else self._key
        return jwt.encode({**payload, **claims}, key, algorithm="RS256")

    def headers(self, user: User, **options: Any) -> dict[str, str]:
        """Give the headers of a login."""
        return {"authorization": f"Bearer {self.token(user, **options)}"}
