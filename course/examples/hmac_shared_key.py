"""Un HMAC : qui n'a pas la clé peut tout envoyer, et ne peut rien signer."""

import hashlib
import hmac

KEY = b"la cle que seuls connaissent l'emetteur et le recepteur"
SENT = b'{"type": "user.deleted", "data": {"id": "user_zoe"}}'
FORGED = SENT.replace(b"user_zoe", b"user_leo")


def sign(key: bytes, body: bytes) -> str:
    """Mêler la clé et le message : changer un octet de l'un ou de l'autre change tout le résultat."""
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def is_genuine(body: bytes, signature: str) -> bool:
    """Le récepteur refait le calcul avec sa clé, puis compare en temps constant."""
    return hmac.compare_digest(sign(KEY, body), signature)


signature = sign(KEY, SENT)
ATTEMPTS = {
    "le message et sa signature": (SENT, signature),
    "le corps changé, la signature gardée": (FORGED, signature),
    "le corps changé, une simple empreinte SHA-256": (FORGED, hashlib.sha256(FORGED).hexdigest()),
    "le corps changé, signé avec une autre clé": (FORGED, sign(b"une cle devinee", FORGED)),
    "le message et sa signature, une seconde fois": (SENT, signature),
}
print("signature de user_zoe :", signature[:16], "…")
print("signature de user_leo :", sign(KEY, FORGED)[:16], "…")
for attempt, (body, given) in ATTEMPTS.items():
    print(f"{attempt:46} {'acceptée' if is_genuine(body, given) else 'refusée'}")
