"""La signature de Stripe, vérifiée sans sa bibliothèque : elle tient en quelques lignes.

L'en-tête est `Stripe-Signature: t=<secondes>,v1=<hex>`, et v1 = HMAC-SHA256(secret, `<t>.<corps>`). Le secret commence
par `whsec_`, comme chez Svix, mais il sert tel quel, préfixe compris : ce n'est pas du base64.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

from reference_impl.clock import Clock
from reference_impl.edge.signature import RawDelivery
from reference_impl.errors import InvalidSignatureError
from reference_impl.providers.intake import Authentic

TOLERANCE_MS = 300_000
"""L'écart admis entre l'horodatage et l'heure du serveur, en millisecondes : celui de la bibliothèque de Stripe."""

_SECONDS = re.compile(r"[0-9]{1,12}")


class StripeVerifier:
    """La vérification des livraisons, avec tous les secrets en vigueur : pendant une rotation, il y en a deux."""

    def __init__(self, secrets: Sequence[str], clock: Clock) -> None:
        self._keys = [secret.encode() for secret in secrets if secret]
        self._clock = clock

    def verify(self, raw: RawDelivery) -> Authentic:
        """Vérifier la livraison. Lève `InvalidSignatureError`.

        La bibliothèque de Stripe admet un horodatage futur. Il est refusé ici : la livraison pourrait être rejouée tant
        que l'heure du serveur ne l'a pas rattrapé, et la tolérance ne protégerait plus de rien.
        """
        sent_at, given = parse(raw.headers.get("stripe-signature", ""))
        if abs(self._clock() - int(sent_at) * 1000) > TOLERANCE_MS:
            raise InvalidSignatureError("L'horodatage est trop loin de l'heure du serveur.")
        signed = sent_at.encode() + b"." + raw.body
        expected = [hmac.new(key, signed, hashlib.sha256).hexdigest().encode() for key in self._keys]
        # Comparer des octets : sur du texte, `compare_digest` lève TypeError au premier caractère hors de l'ASCII.
        if not any(hmac.compare_digest(one, other) for one in expected for other in given):
            raise InvalidSignatureError("Signature refusée.")
        return Authentic(raw.body)


def parse(header: str) -> tuple[str, list[bytes]]:
    """Lire l'horodatage, en secondes, et les signatures `v1`. Lève `InvalidSignatureError`.

    `v0`, que Stripe ajoute en mode test, ne prouve rien. Deux horodatages ne diraient pas lequel est signé.
    """
    fields = [field.partition("=") for field in header.split(",")]
    times = [value for name, _, value in fields if name == "t"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        raise InvalidSignatureError("L'en-tête Stripe-Signature manque, ou n'a pas la forme attendue.")
    return times[0], [value.encode("utf-8", "replace") for name, _, value in fields if name == "v1"]
