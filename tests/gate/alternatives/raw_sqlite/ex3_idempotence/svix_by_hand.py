"""La signature de Svix recalculée à la main : hmac, base64, une horloge."""

import base64
import hashlib
import hmac
import os
import time
from collections.abc import Iterator, Mapping, Sequence

TOLERANCE_S = 300
SHORTEST_KEY = 16


def load_keys() -> list[bytes]:
    """Lire la variable et décoder chaque secret. Lève `ValueError` si un seul ne vaut rien."""
    secrets = os.getenv("CLERK_WEBHOOK_SIGNING_SECRET", "").split()
    if not secrets:
        raise ValueError("CLERK_WEBHOOK_SIGNING_SECRET est absente ou vide.")
    return [decode_secret(secret) for secret in secrets]


def decode_secret(secret: str) -> bytes:
    """Rendre la clé d'un secret `whsec_…` ; `binascii.Error` est une `ValueError`."""
    prefix, found, encoded = secret.partition("whsec_")
    if prefix or not found:
        raise ValueError("Un secret ne commence pas par whsec_.")
    key = base64.b64decode(encoded, validate=True)
    if len(key) < SHORTEST_KEY:
        raise ValueError("Un secret est trop court.")
    return key


def is_authentic(body: bytes, headers: Mapping[str, str], keys: Sequence[bytes]) -> bool:
    """Dire si l'une des clés a signé ces octets, sous cet identifiant, il y a moins de cinq minutes."""
    svix_id, stamp = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    if not svix_id or not is_recent(stamp):
        return False
    signed = f"{svix_id}.{stamp}.".encode("latin-1") + body
    expected = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in keys]
    given = list(v1_signatures(headers.get("svix-signature", "")))
    return any(hmac.compare_digest(good, one) for good in expected for one in given)


def is_recent(stamp: str) -> bool:
    """Dire si l'horodatage (secondes) est un nombre raisonnable, proche de notre horloge."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return False
    return abs(time.time() - int(stamp)) <= TOLERANCE_S


def v1_signatures(header: str) -> Iterator[bytes]:
    """Rendre les signatures de la seule version connue."""
    for item in header.split(" "):
        version, _, signature = item.partition(",")
        if version == "v1":
            yield signature.encode("latin-1")
