"""Keys and session tokens, as Clerk's would be."""

import base64
import json
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PARTY = "https://app.example.test"


@cache
def private_key(name: str = "first") -> RSAPrivateKey:
    """A private key for each name; made once for the whole run."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name: str = "first") -> str:
    """The public key, as Clerk's dashboard shows it."""
    return (
        private_key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    )


def jwk(name: str) -> dict[str, Any]:
    """The public key as an entry of a JWKS, its name being its `kid`."""
    found = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key(name).public_key()))
    return {**found, "kid": name, "use": "sig", "alg": "RS256"}


def claims(sub: str = "user_A", **others: Any) -> dict[str, Any]:
    """Claims of a token just issued; a claim given as `...` is left out."""
    now = int(time.time())
    ordinary = {
        "sub": sub,
        "iat": now,
        "nbf": now - 10,
        "exp": now + 60,
        "azp": PARTY,
        "email": "ada@example.test",
        "first_name": "Ada",
        "last_name": "Lovelace",
    }
    return {name: value for name, value in {**ordinary, **others}.items() if value is not ...}


def token(values: dict[str, Any] | None = None, *, key: str = "first", **header: Any) -> str:
    """Sign claims with RS256, whatever their types: what PyJWT would refuse to encode is written by hand."""
    body = values if values is not None else claims()
    head = {"alg": "RS256", "typ": "JWT", "kid": key, **header}
    message = f"{_segment(head)}.{_segment(body)}"
    signature = jwt.get_algorithm_by_name("RS256").sign(message.encode(), private_key(key))
    return f"{message}.{_encoded(signature)}"


def unsigned(values: dict[str, Any], **header: Any) -> str:
    """A token without signature."""
    return f"{_segment({'alg': 'none', 'typ': 'JWT', **header})}.{_segment(values)}."


def with_public_key_as_secret(values: dict[str, Any]) -> str:
    """A token signed by HS256 with what everybody knows: the public key."""
    message = f"{_segment({'alg': 'HS256', 'typ': 'JWT'})}.{_segment(values)}".encode()
    signature = jwt.get_algorithm_by_name("HS256").sign(message, public_pem().encode())
    return f"{message.decode()}.{_encoded(signature)}"


def bearer(value: str) -> dict[str, str]:
    """The header of a request."""
    return {"authorization": f"Bearer {value}"}


def _segment(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
