"""La signature d'une livraison : qui l'a envoyée, et quand. C'est ici que vous écrivez."""

import base64
import binascii
from collections.abc import Mapping, Sequence

from svix.webhooks import Webhook, WebhookVerificationError

MINIMUM_KEY_BYTES = 16
"""Une clé plus courte se devine ; Standard Webhooks demande 24 octets, l'exercice en exige au moins 16."""


class BadSecretError(Exception):
    """Un secret est absent ou inutilisable. Levée au démarrage : mieux vaut s'arrêter que tout croire."""


class InvalidSignatureError(Exception):
    """La livraison ne vient pas de Svix, ou n'est pas fraîche. La route y répond 400."""


def read_secrets(environ: Mapping[str, str]) -> list[str]:
    """Lire `CLERK_WEBHOOK_SIGNING_SECRET` : un secret `whsec_…`, ou plusieurs séparés par des espaces.

    Lève `BadSecretError` si la variable manque, ou si un seul des secrets est inutilisable.
    """
    # BEGIN SOLUTION (silent): lisez la variable, séparez les secrets, refusez ceux qui ne protègent rien
    secrets = environ.get("CLERK_WEBHOOK_SIGNING_SECRET", "").split()
    if not secrets:
        raise BadSecretError(
            "CLERK_WEBHOOK_SIGNING_SECRET est vide. Copiez-y le secret whsec_… de votre endpoint."
        )
    for position, secret in enumerate(secrets, start=1):
        if not is_usable(secret):
            raise BadSecretError(f"Le secret n° {position} de CLERK_WEBHOOK_SIGNING_SECRET est inutilisable.")
    return secrets
    # END SOLUTION


# BEGIN SOLUTION (silent): un secret se juge à part, dans une fonction à lui
def is_usable(secret: str) -> bool:
    """Dire si le secret porte le préfixe `whsec_` et une clé en base64 d'au moins 16 octets."""
    if not secret.startswith("whsec_"):
        return False
    try:
        # validate=True : sans lui, b64decode saute en silence les caractères étrangers à l'alphabet.
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return False
    return len(key) >= MINIMUM_KEY_BYTES


# END SOLUTION


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> None:
    """Vérifier qu'un des secrets a signé exactement ces octets, à cinq minutes au plus de maintenant.

    Lève `InvalidSignatureError`, et rien d'autre, dès que ce n'est pas établi.
    """
    # BEGIN SOLUTION: vérifiez la livraison avec chaque secret
    for secret in secrets:
        try:
            Webhook(secret).verify(body, dict(headers))
        # svix lève aussi de simples ValueError : signature sans virgule, base64 cassé, corps hors d'UTF-8.
        except (WebhookVerificationError, ValueError):
            continue
        return
    raise InvalidSignatureError("Aucun secret ne reconnaît cette signature.")
    # END SOLUTION
