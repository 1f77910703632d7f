"""Une livraison captée, rejouée six minutes plus tard, puis au corps changé : qui s'en aperçoit ?"""

import hashlib
import hmac
from typing import Any

from reference_impl.edge.signature import RawDelivery
from reference_impl.errors import InvalidSignatureError
from reference_impl.providers.shipping.proofs import EasyPostVerifier, ShippoVerifier
from reference_impl.providers.stripe.signature import StripeVerifier

SECRET, SENT_AT = "whsec_un-secret-d-essai", 1_700_000_000  # en secondes
BODY, CHANGED = b'{"id": "evt_1"}', b'{"id": "evt_2"}'
SENDINGS = {"à l'heure": (BODY, 0), "rejouée": (BODY, 360), "corps changé": (CHANGED, 0)}

now_s = SENT_AT


def clock() -> int:
    """Dire l'heure, en millisecondes."""
    return now_s * 1000


def signed(message: bytes) -> str:
    """Rendre le HMAC-SHA256, en hexadécimal."""
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


dated = f"t={SENT_AT},v1={signed(f'{SENT_AT}.'.encode() + BODY)}"
PROOFS: dict[str, tuple[Any, dict[str, str], dict[str, str]]] = {
    "Stripe": (StripeVerifier([SECRET], clock), {"stripe-signature": dated}, {}),
    "EasyPost": (EasyPostVerifier(SECRET), {"x-hmac-signature": f"hmac-sha256-hex={signed(BODY)}"}, {}),
    "Shippo, signature": (ShippoVerifier(SECRET, None, clock), {"shippo-auth-signature": dated}, {}),
    "Shippo, jeton": (ShippoVerifier(None, SECRET, clock), {}, {"token": SECRET}),
}
for name, (verifier, headers, query) in PROOFS.items():
    for told, (body, late_s) in SENDINGS.items():
        now_s = SENT_AT + late_s
        try:
            verifier.verify(RawDelivery(headers, body, query))
            print(f"{name:<18} {told:<13} acceptée")
        except InvalidSignatureError:
            print(f"{name:<18} {told:<13} refusée")
