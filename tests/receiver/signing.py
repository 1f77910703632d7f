"""Deliveries as Svix signs them."""

from datetime import UTC, datetime

from svix.webhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def signed(body: bytes, *, svix_id: str, secret: str = SECRET, at: datetime | None = None) -> dict[str, str]:
    """Headers of a delivery of `body`, signed at the instant `at` (aware; now by default)."""
    at = at or datetime.now(UTC)
    signature = Webhook(secret).sign(svix_id, at, body.decode())
    return {
        "svix-id": svix_id,
        "svix-timestamp": str(int(at.timestamp())),
        "svix-signature": signature,
        "content-type": "application/json",
    }
