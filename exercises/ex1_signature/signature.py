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
    # TODO : lisez la variable, séparez les secrets, refusez ceux qui ne protègent rien


# TODO : un secret se juge à part, dans une fonction à lui


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> None:
    """Vérifier qu'un des secrets a signé exactement ces octets, à cinq minutes au plus de maintenant.

    Lève `InvalidSignatureError`, et rien d'autre, dès que ce n'est pas établi.
    """
    raise NotImplementedError("TODO : vérifiez la livraison avec chaque secret")
