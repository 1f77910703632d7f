"""Refaire à la main une signature que publie Svix, puis celle du corps réécrit."""

import base64
import hashlib
import hmac
import json

WHSEC = "whsec_plJ3nmyCDGBKInavdOK15jsl"
SVIX_ID = "msg_loFOjxBNrRLzqYUf"
TIMESTAMP = "1731705121"
BODY = b'{"event_type":"ping","data":{"success":true}}'
PUBLISHED = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="


def sign(body: bytes) -> str:
    """Signer ces octets, sous l'identifiant et l'instant ci-dessus."""
    key = base64.b64decode(WHSEC.removeprefix("whsec_"))
    content = f"{SVIX_ID}.{TIMESTAMP}.".encode() + body
    digest = hmac.digest(key, content, hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()


print("publiée   ", PUBLISHED)
for body in (BODY, json.dumps(json.loads(BODY)).encode()):
    same = hmac.compare_digest(sign(body), PUBLISHED)
    print("\n" + body.decode())
    print("identique " if same else "différente", sign(body))
