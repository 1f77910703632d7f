"""L'entrée du serveur : ne lire d'une requête que ce qu'une livraison peut contenir."""

from fastapi import Request

MAX_BODY_BYTES = 512 * 1024
"""Svix envoie au plus environ 350 ko ; au-delà de 512 Kio, ce n'est pas lui, et notre mémoire se remplit."""


class BodyTooLargeError(Exception):
    """Le corps annoncé ou reçu dépasse la limite. La route y répond 413."""


async def read_bounded(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """Lire le corps sans jamais garder beaucoup plus de `limit` octets. Lève `BodyTooLargeError` au-delà."""
    # BEGIN SOLUTION: refusez dès l'annonce, puis comptez ce qui arrive
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise BodyTooLargeError
    body = bytearray()
    # Un corps envoyé par morceaux n'annonce rien : seul le compte de ce qui arrive le borne.
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BodyTooLargeError
    return bytes(body)
    # END SOLUTION
