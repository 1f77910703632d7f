"""Trois corps signés, trois façons de les relire puis de les réécrire : la signature y survit-elle ?"""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from svix.webhooks import Webhook

WEBHOOK = Webhook("whsec_plJ3nmyCDGBKInavdOK15jsl")
INSTANT = datetime.fromtimestamp(1731705121, tz=UTC)

BODIES = ['{"first_name":"Zoe"}', '{"first_name":"Zoé"}', r'{"first_name":"Zo\u00e9"}']

REWRITINGS: dict[str, Callable[[str], str]] = {
    "tel que reçu": lambda text: text,
    "json.dumps": lambda text: json.dumps(json.loads(text)),
    "+ compact": lambda text: json.dumps(json.loads(text), separators=(",", ":")),
    "+ accents": lambda text: json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False),
}


def verdict(body: str, rewritten: str) -> str:
    """Comparer la signature des octets reçus à celle des octets réécrits."""
    received, rebuilt = (WEBHOOK.sign("msg_loFOjxBNrRLzqYUf", INSTANT, text) for text in (body, rewritten))
    return "acceptée" if received == rebuilt else "refusée"


print(f"{'corps signé':26}", *(f"{name:>13}" for name in REWRITINGS))
for body in BODIES:
    print(f"{body:26}", *(f"{verdict(body, rewrite(body)):>13}" for rewrite in REWRITINGS.values()))
