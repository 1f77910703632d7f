"""La vérification par le paquet standardwebhooks, qui attend les en-têtes sous leur autre nom."""

import re
from base64 import b64decode
from collections.abc import Mapping

from standardwebhooks import Webhook, WebhookVerificationError

# Vingt-deux signes de base64 font seize octets et quelques bits.
SECRET = re.compile(r"whsec_(?:[A-Za-z0-9+/]{4}){5,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


class Verifier:
    """Connaît les secrets. Lève `ValueError` si l'un d'eux ne vaut rien, ou s'il n'y en a pas."""

    def __init__(self, configured: str | None) -> None:
        secrets = (configured or "").split()
        if not secrets or not all(SECRET.fullmatch(secret) for secret in secrets):
            raise ValueError("Secret de signature absent ou inutilisable.")
        keys = [b64decode(secret.removeprefix("whsec_"), validate=True) for secret in secrets]
        if min(map(len, keys)) < 16:
            raise ValueError("Secret de signature trop court.")
        self._webhooks = [Webhook(key) for key in keys]

    def accepts(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Dire si l'un des secrets a signé ce corps, sous ces en-têtes."""
        renamed = {
            f"webhook-{name}": headers.get(f"svix-{name}", "") for name in ("id", "timestamp", "signature")
        }
        for webhook in self._webhooks:
            try:
                webhook.verify(body, renamed, json_parse=False)
            except (WebhookVerificationError, ValueError):
                continue
            return True
        return False
