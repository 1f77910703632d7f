"""Un essai qui simule `verify` passe ; le même récepteur refuse la première livraison vraiment signée."""

from datetime import UTC, datetime
from unittest import mock

from svix.webhooks import Webhook

WEBHOOK = Webhook("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
BODY = '{"type": "user.created", "data": {"id": "user_1"}}'


def receive(body: str, headers: dict[str, str]) -> int:
    """Recevoir comme on le faisait avec svix 1, où `verify` rendait l'événement."""
    try:
        event = WEBHOOK.verify(body, headers)
        return 204 if event["type"] else 400
    except Exception:  # noqa: BLE001  c'est ainsi que le défaut se cache
        return 400


with mock.patch.object(Webhook, "verify", return_value={"type": "user.created"}):
    print("verify simulée :       ", receive(BODY, {}))

now = datetime.now(UTC)
signature = WEBHOOK.sign("msg_1", now, BODY)
headers = {"svix-id": "msg_1", "svix-timestamp": str(int(now.timestamp())), "svix-signature": signature}
print("livraison bien signée :", receive(BODY, headers))
