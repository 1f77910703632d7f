"""La signature : elle seule prouve que les octets reçus sont une livraison de Svix."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from svix.webhooks import Webhook, WebhookVerificationError

from reference_impl.errors import InvalidSettingError, InvalidSignatureError

MINIMUM_KEY_BYTES = 24
"""Taille minimale d'une clé HMAC-SHA256 : https://www.standardwebhooks.com (24 à 64 octets)."""

LONGEST_SVIX_ID = 255
"""Les identifiants de Svix ont une trentaine de caractères. Celui-ci sera une clé primaire, dont la taille est bornée."""


@dataclass(frozen=True)
class RawDelivery:
    """Une requête telle qu'elle est arrivée. Rien ne dit encore qui l'a envoyée."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class VerifiedDelivery:
    """Une livraison dont la signature a été vérifiée sur les octets reçus : `Verifier` en fabrique à leur arrivée.

    `secret_index` est le rang du secret qui a convenu : quand plus aucune livraison n'emploie l'ancien, la rotation
    des secrets est finie.
    """

    svix_id: str
    body: bytes
    secret_index: int


def parse_secrets(value: str) -> list[str]:
    """Lire un secret `whsec_…`, ou plusieurs séparés par des espaces. Lève `InvalidSettingError`."""
    secrets = value.split()
    if not secrets:
        raise InvalidSettingError(
            "CLERK_WEBHOOK_SIGNING_SECRET est vide. Copiez le secret whsec_… de votre endpoint : Clerk, page Webhooks."
        )
    for rank, secret in enumerate(secrets, start=1):
        if not is_usable(secret):
            raise InvalidSettingError(
                f"Le secret n° {rank} de CLERK_WEBHOOK_SIGNING_SECRET est inutilisable. Attendu : whsec_ suivi d'une clé"
                f" en base64 d'au moins {MINIMUM_KEY_BYTES} octets, sans guillemets."
            )
    return secrets


def is_usable(secret: str) -> bool:
    """Dire si le secret peut servir. La bibliothèque, elle, accepterait « changeme » et en tirerait une clé."""
    if not secret.startswith("whsec_"):
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) >= MINIMUM_KEY_BYTES


class Verifier:
    """La vérification des livraisons, avec tous les secrets en vigueur."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._webhooks = [Webhook(secret) for secret in secrets]

    def verify(self, raw: RawDelivery) -> VerifiedDelivery:
        """Vérifier la livraison et la rendre sous son type vérifié. Lève `InvalidSignatureError`.

        `svix` lève aussi de simples `ValueError` (signature sans virgule, base64 cassé, corps qui n'est pas de
        l'UTF-8) : si l'on n'attrapait que son exception, n'importe qui provoquerait un 500.
        """
        headers = _signed_headers(raw.headers)
        for index, webhook in enumerate(self._webhooks):
            try:
                webhook.verify(raw.body, headers)
            except (WebhookVerificationError, ValueError, OverflowError):
                continue
            return VerifiedDelivery(headers["svix-id"], raw.body, index)
        raise InvalidSignatureError("Signature refusée.")


def _signed_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Prendre les trois en-têtes, tous sous les noms de Svix ou tous sous ceux de Standard Webhooks.

    Mêler les deux familles permettrait de vérifier un identifiant et d'en retenir un autre. Lève
    `InvalidSignatureError`.
    """
    for family in ("svix", "webhook"):
        if f"{family}-id" in headers:
            taken = {f"svix-{name}": headers.get(f"{family}-{name}", "") for name in _SIGNED}
            if 0 < len(taken["svix-id"]) <= LONGEST_SVIX_ID:
                return taken
            break
    raise InvalidSignatureError("L'identifiant de livraison manque, ou n'a pas la longueur admise.")


_SIGNED = ("id", "timestamp", "signature")
