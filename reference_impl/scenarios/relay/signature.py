"""Signer un message selon Standard Webhooks : l'autre moitié de ce que vérifie `edge.signature`."""

import base64
import hashlib
import hmac


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Rendre la signature `v1,…` du message. `timestamp` est l'instant de la tentative, en **secondes**.

    L'identifiant et l'instant sont signés avec le corps : sans cela, qui aurait capté un message le renverrait plus tard
    sous un autre identifiant. La clé est ce que le secret code en base64, et non son texte.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def message_id(key: str) -> str:
    """Rendre l'identifiant d'un message, le même à chaque tentative ; `key` est la clé de son effet."""
    return "msg_" + hashlib.sha256(key.encode()).hexdigest()
