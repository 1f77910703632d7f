"""Ce qui prouve d'où vient une livraison. Chaque expéditeur a les siennes, et elles ne se valent pas.

- EasyPost signe le corps : `X-Hmac-Signature: hmac-sha256-hex=<hex>`, et hex = HMAC-SHA256(secret, corps). Rien n'y date
  la livraison : qui en a capturé une peut la rejouer des années après, et la signature sera bonne.
- Shippo signe le corps et l'instant : `Shippo-Auth-Signature: t=<secondes>,v1=<hex>`, et v1 =
  HMAC-SHA256(secret, `<t>.<corps>`). Cette signature est à demander à son assistance.
- À défaut, Shippo appelle une adresse qui porte un jeton, `?token=…`. Il ne prouve rien du corps ni de l'instant : qui le
  connaît peut tout écrire. Et une adresse se lit là où un en-tête ne se lit pas, dans le journal d'un serveur mandataire
  par exemple.
"""

import hashlib
import hmac
import re
import unicodedata

from reference_impl.clock import Clock
from reference_impl.edge.signature import RawDelivery
from reference_impl.errors import InvalidSignatureError
from reference_impl.providers.intake import Authentic

TOLERANCE_MS = 300_000
"""L'écart admis entre l'horodatage et l'heure du serveur, en millisecondes, dans les deux sens."""

_SECONDS = re.compile(rb"[0-9]{1,12}")


class EasyPostVerifier:
    """La vérification des livraisons d'EasyPost. Un secret vide ne prouve rien : tout est refusé."""

    def __init__(self, secret: str) -> None:
        # EasyPost décompose le secret avant de signer : « é » y devient deux caractères, « e » et un accent.
        self._key = unicodedata.normalize("NFKD", secret).encode()

    def verify(self, raw: RawDelivery) -> Authentic:
        """Vérifier la livraison. Lève `InvalidSignatureError`."""
        expected = b"hmac-sha256-hex=" + hex_hmac(self._key, raw.body)
        if not self._key or not hmac.compare_digest(expected, header(raw, "x-hmac-signature")):
            raise InvalidSignatureError("Signature refusée.")
        return Authentic(raw.body)


class ShippoVerifier:
    """La vérification des livraisons de Shippo. Si le secret et le jeton sont donnés, la signature est exigée."""

    def __init__(self, secret: str | None, token: str | None, clock: Clock) -> None:
        self._key = (secret or "").encode()
        self._token = (token or "").encode()
        self._clock = clock

    def verify(self, raw: RawDelivery) -> Authentic:
        """Vérifier la livraison. Lève `InvalidSignatureError`."""
        if not (self._is_signed(raw) if self._key else self._has_token(raw)):
            raise InvalidSignatureError("Signature ou jeton refusé.")
        return Authentic(raw.body)

    def _is_signed(self, raw: RawDelivery) -> bool:
        fields = [field.strip().partition(b"=") for field in header(raw, "shippo-auth-signature").split(b",")]
        told = {name: value for name, _, value in fields}
        sent_at, given = told.get(b"t", b""), told.get(b"v1", b"")
        if not _SECONDS.fullmatch(sent_at) or abs(self._clock() - int(sent_at) * 1000) > TOLERANCE_MS:
            return False
        return hmac.compare_digest(hex_hmac(self._key, sent_at + b"." + raw.body), given)

    def _has_token(self, raw: RawDelivery) -> bool:
        """Comparer en un temps constant : sinon, la durée dirait combien de caractères sont justes."""
        given = raw.query.get("token", "").encode("utf-8", "replace")
        return bool(self._token) and hmac.compare_digest(self._token, given)


def hex_hmac(key: bytes, message: bytes) -> bytes:
    """Rendre le HMAC-SHA256, en hexadécimal. En octets, car `compare_digest` n'admet d'autre texte que l'ASCII."""
    return hmac.new(key, message, hashlib.sha256).hexdigest().encode()


def header(raw: RawDelivery, name: str) -> bytes:
    """Lire un en-tête, donné en minuscules : HTTP ne distingue pas la casse de son nom, un `dict` si."""
    found = (value for given, value in raw.headers.items() if given.lower() == name)
    return next(found, "").encode("utf-8", "replace")
