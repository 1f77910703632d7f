"""L'adresse que voit l'application derrière un mandataire, selon ceux à qui uvicorn fait confiance."""

import asyncio
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PROXY, SVIX = "10.0.0.7", "52.215.16.239"


async def application(scope: Any, _receive: Any, _send: Any) -> None:
    """Écrire ce que verrait `request.client`, et le protocole retenu."""
    print(f"    client {scope['client'][0]}, {scope['scheme']}")


async def request(trusted: str, peer: str, forwarded: str) -> None:
    """Recevoir de `peer` une requête dont X-Forwarded-For vaut `forwarded`."""
    headers = [(b"x-forwarded-for", forwarded.encode()), (b"x-forwarded-proto", b"https")]
    scope: Any = {"type": "http", "client": (peer, 41000), "scheme": "http", "headers": headers}
    app: Any = ProxyHeadersMiddleware(application, trusted)
    await app(scope, None, None)


for trusted in ("127.0.0.1", PROXY, "*"):
    print(f"--forwarded-allow-ips {trusted}")
    print("  livraison de Svix, par le mandataire")
    asyncio.run(request(trusted, PROXY, SVIX))
    print(f"  un inconnu qui prétend être {SVIX}, par le mandataire")
    asyncio.run(request(trusted, PROXY, f"{SVIX}, 203.0.113.9"))
