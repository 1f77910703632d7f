"""Secrets and signatures of Svix: HMAC-SHA256 over `id.timestamp.body` (the Standard Webhooks rule)."""

import base64
import hashlib
import hmac
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svix.webhooks import Webhook

_PREFIX = "whsec_"


def new_secret(rng: random.Random, n_bytes: int = 24) -> str:
    """Draw an endpoint's secret, `whsec_` and the base64 of `n_bytes` (Standard Webhooks: 24 to 64)."""
    return _PREFIX + base64.b64encode(rng.randbytes(n_bytes)).decode()


class Signer:
    """Signs with one secret.

    Raises:
        ValueError: the secret is not `whsec_` and strict base64. The `svix` package forgives more and
            would sign with another key than the one that was meant.
    """

    def __init__(self, secret: str) -> None:
        if not secret.startswith(_PREFIX):
            raise ValueError("a signing secret begins with whsec_: copy it again from the endpoint's page")
        self._secret = secret
        self._key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        self._webhook: Webhook | None = None

    def sign(self, svix_id: str, timestamp_s: int, body: bytes) -> str:
        """Return `v1,<base64>`, the signature of these bytes for this id and this second."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return self._sign_bytes(svix_id, timestamp_s, body)
        # sign() reads the fields of the datetime as UTC whatever its zone: it must be in UTC already.
        instant = datetime.fromtimestamp(timestamp_s, tz=UTC)
        return self._svix().sign(svix_id, instant, text)

    def _sign_bytes(self, svix_id: str, timestamp_s: int, body: bytes) -> str:
        """Sign bytes that are no UTF-8, which the `svix` package takes no account of."""
        content = f"{svix_id}.{timestamp_s}.".encode() + body
        return "v1," + base64.b64encode(hmac.digest(self._key, content, hashlib.sha256)).decode()

    def _svix(self) -> "Webhook":
        if self._webhook is None:
            # Half a second of imports, spent by who signs and not by `grader --help`.
            from svix.webhooks import Webhook

            self._webhook = Webhook(self._secret)
        return self._webhook
