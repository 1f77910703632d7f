"""Une livraison, sa signature, et trois façons plausibles de ne pas la retrouver (vecteur d'essai de Svix)."""

import base64
import hmac
import json

WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"test": 2432232314}'
RECEIVED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def signature(key: bytes, body: str) -> str:
    """Signer l'identifiant, l'horodatage et le corps, séparés par des points."""
    signed = f"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{body}"
    return "v1," + base64.b64encode(hmac.digest(key, signed.encode(), "sha256")).decode()


good_key = base64.b64decode(WHSEC.removeprefix("whsec_"))
rewritten = json.dumps(json.loads(BODY), separators=(",", ":"))
CASES = {
    "ce qui suit whsec_, décodé du base64": signature(good_key, BODY),
    "ce qui suit whsec_, tel quel": signature(WHSEC.removeprefix("whsec_").encode(), BODY),
    "le secret entier, tel quel": signature(WHSEC.encode(), BODY),
    "la bonne clé, le corps réécrit": signature(good_key, rewritten),
}
for label, computed in CASES.items():
    verdict = "égale" if hmac.compare_digest(computed, RECEIVED) else "différente"
    print(f"{label:40}{computed[:14]}…  {verdict}")
