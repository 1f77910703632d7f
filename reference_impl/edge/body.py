"""La lecture du corps : bornée en taille et en durée, car elle précède toute vérification."""

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

from reference_impl.errors import BodyCutShortError, BodyTooLargeError, BodyTooSlowError

BODY_LIMIT_BYTES = 1_048_576
"""Svix annonce des corps d'environ 350 ko au plus : 1 Mio laisse de la marge, et borne la mémoire."""

BODY_TIMEOUT_S = 10
"""En secondes. Une livraison arrive d'un coup : un corps envoyé goutte à goutte occuperait une connexion pour rien."""


async def read_body(
    request: Request, *, limit: int = BODY_LIMIT_BYTES, timeout: float = BODY_TIMEOUT_S
) -> bytes:
    """Lire le corps tel quel : la signature porte sur ces octets-là.

    Lève `BodyTooLargeError` dès que le corps dépasse `limit` octets, que sa taille ait été annoncée ou non,
    `BodyTooSlowError` après `timeout` secondes, `BodyCutShortError` si la connexion se ferme avant la fin.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise BodyTooLargeError("La taille annoncée dépasse celle qui est admise.")
    received = bytearray()
    try:
        async with asyncio.timeout(timeout):
            async for chunk in request.stream():
                received += chunk
                if len(received) > limit:
                    raise BodyTooLargeError("Le corps dépasse la taille admise.")
    except TimeoutError:
        raise BodyTooSlowError("Le corps met trop longtemps à arriver.") from None
    except ClientDisconnect:
        raise BodyCutShortError("La connexion s'est fermée avant la fin du corps.") from None
    return bytes(received)
