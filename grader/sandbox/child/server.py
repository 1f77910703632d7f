"""Serving the student's ASGI application with uvicorn on the socket that the engine opened."""

import importlib
import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NoReturn

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

EXIT_NOT_STARTED = 3
"""What uvicorn itself answers when the application's lifespan fails."""


def run(factory: str, listener: int) -> NoReturn:
    """Import `module:attribute`, call it, serve what it returns; the process ends with the server.

    An exception of the student's code at import or in the factory ends the process with its traceback, status 1.
    """
    import uvicorn

    module, _, attribute = factory.partition(":")
    app = getattr(importlib.import_module(module), attribute)()
    config = uvicorn.Config(
        as_on_a_network(app), http="h11", loop="asyncio", ws="none", access_log=False, log_level="info"
    )
    server = uvicorn.Server(config)
    server.run(sockets=[socket.socket(fileno=listener)])
    sys.exit(0 if server.started else EXIT_NOT_STARTED)


def as_on_a_network(app: App) -> App:
    """Give requests the addresses that they would have on a local port: a Unix socket has none."""

    async def wrapped(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["client"] = scope.get("client") or ("127.0.0.1", 50000)
            scope["server"] = ("127.0.0.1", 8000)
        await app(scope, receive, send)

    return wrapped
