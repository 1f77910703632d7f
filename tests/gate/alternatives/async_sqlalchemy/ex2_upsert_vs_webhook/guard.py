"""La vérification, comme une dépendance de FastAPI : une livraison vérifiée, ou une erreur HTTP."""

import base64
import os
from dataclasses import dataclass

from fastapi import HTTPException, Request
from svix.webhooks import Webhook, WebhookVerificationError

SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True)
class Signed:
    """Une livraison dont la signature est bonne."""

    svix_id: str
    body: bytes


def hooks_from_environment() -> list[Webhook]:
    """Faire un vérificateur par secret. Lève `RuntimeError` si un seul secret est inutilisable."""
    secrets = os.environ.get("CLERK_WEBHOOK_SIGNING_SECRET", "").split()
    if not secrets or not all(map(is_sound, secrets)):
        raise RuntimeError("CLERK_WEBHOOK_SIGNING_SECRET : un secret manque ou ne vaut rien.")
    return [Webhook(secret) for secret in secrets]


def is_sound(secret: str) -> bool:
    """Dire si un secret a la forme voulue, et assez d'octets."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and len(key) >= SHORTEST_KEY


class Guard:
    """La dépendance ; `status` est celui d'un refus."""

    def __init__(self, status: int) -> None:
        self.hooks = hooks_from_environment()
        self.status = status

    async def __call__(self, request: Request) -> Signed:
        """Lire le corps et le vérifier contre chaque secret."""
        body = await request.body()
        if not any(self.agrees(hook, body, request) for hook in self.hooks):
            raise HTTPException(self.status, "Signature refusée")
        return Signed(request.headers["svix-id"], body)

    @staticmethod
    def agrees(hook: Webhook, body: bytes, request: Request) -> bool:
        """Dire si ce secret-là a signé."""
        try:
            hook.verify(body, dict(request.headers))
        except (WebhookVerificationError, ValueError):
            return False
        return True
