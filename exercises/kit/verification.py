"""La vérification des livraisons, une fois l'exercice 1 résolu : les exercices suivants partent d'ici."""

import base64
import binascii
from collections.abc import Mapping, Sequence

from svix.webhooks import Webhook, WebhookVerificationError

from kit.deliveries import RawDelivery, VerifiedDelivery

MINIMUM_KEY_BYTES = 16


class MissingSecretError(Exception):
    """Le secret de signature est absent ou inutilisable : le serveur ne doit pas démarrer."""


class InvalidSignatureError(Exception):
    """La livraison ne vient pas de Svix, ou n'est plus fraîche."""


def read_secrets(environ: Mapping[str, str]) -> list[str]:
    """Lire `CLERK_WEBHOOK_SIGNING_SECRET`, un secret `whsec_…` ou plusieurs séparés par des espaces.

    Lève `MissingSecretError` si la variable est vide ou si un seul des secrets est inutilisable.
    """
    secrets = environ.get("CLERK_WEBHOOK_SIGNING_SECRET", "").split()
    if not secrets:
        raise MissingSecretError(
            "CLERK_WEBHOOK_SIGNING_SECRET est vide. Copiez le secret whsec_… de votre endpoint."
        )
    for position, secret in enumerate(secrets, start=1):
        if not _is_usable(secret):
            raise MissingSecretError(
                f"Le secret n° {position} de CLERK_WEBHOOK_SIGNING_SECRET est inutilisable."
            )
    return secrets


def _is_usable(secret: str) -> bool:
    """Dire si le secret porte le préfixe `whsec_` et une clé en base64 d'au moins 16 octets."""
    if not secret.startswith("whsec_"):
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return False
    return len(key) >= MINIMUM_KEY_BYTES


def verify(raw: RawDelivery, secrets: Sequence[str]) -> VerifiedDelivery:
    """Vérifier la livraison avec chaque secret, et la rendre sous son type vérifié.

    Lève `InvalidSignatureError` si aucun secret ne convient. `svix` lève aussi de simples `ValueError`
    (signature sans virgule, base64 cassé, corps qui n'est pas de l'UTF-8) : elles disent la même chose.
    """
    for secret in secrets:
        try:
            Webhook(secret).verify(raw.body, dict(raw.headers))
        except (WebhookVerificationError, ValueError):
            continue
        return VerifiedDelivery(svix_id=raw.headers["svix-id"], body=raw.body)
    raise InvalidSignatureError("Signature refusée.")
