"""Ce que lève, ou rend, `Webhook.verify` de svix 2 devant un en-tête ou un corps anormal."""

from datetime import UTC, datetime

from svix.webhooks import Webhook

WEBHOOK = Webhook("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
NOW = datetime.now(UTC)
GENUINE = WEBHOOK.sign("msg_1", NOW, "{}")

CASES = [
    ("livraison authentique", GENUINE, b"{}"),
    ("corps changé", GENUINE, b"{ }"),
    ("en-tête vide", "", b"{}"),
    ("signature sans virgule", "garbage", b"{}"),
    ("base64 tronqué", "v1,a", b"{}"),
    ("corps qui n'est pas en UTF-8", GENUINE, b"\xff"),
]

for label, signature, body in CASES:
    stamp = str(int(NOW.timestamp()))
    headers = {"svix-id": "msg_1", "svix-timestamp": stamp, "svix-signature": signature}
    try:
        print(f"{label:30}rend {WEBHOOK.verify(body, headers)}")
    except Exception as error:  # noqa: BLE001  c'est leur variété que l'on montre
        caught = "ValueError" if isinstance(error, ValueError) else "WebhookVerificationError"
        print(f"{label:30}lève {type(error).__name__}, attrapée par except {caught}")
