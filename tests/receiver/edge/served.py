"""The application as its clients meet it: in this process through ASGI, or behind a real socket."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, text

from reference_impl.app import create_app
from reference_impl.settings import Settings
from tests.receiver.signing import SECRET, signed

INSTANCE = "ins_3GkytmZHOTygTmdhomxl3iyDJKn"
ADMIN_TOKEN = "an-admin-token-of-the-tests"
WEBHOOK = "/api/webhooks/clerk"


def settings(database_url: str, **others: Any) -> Settings:
    """Settings of a server in production."""
    values = {
        "app_env": "production",
        "database_url": database_url,
        "clerk_webhook_signing_secret": SECRET,
        "clerk_instance_id": INSTANCE,
        "erasure_key": "an-erasure-key-of-the-tests",
        "admin_token": ADMIN_TOKEN,
        "email_from": "cours@example.com",
    }
    return Settings(**{**values, **others})


class Client:
    """An ordinary HTTP client of the application, in the same process: one event loop for all its requests."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._runner = asyncio.Runner()
        # As a real server does: an unhandled exception is a 500, not a traceback in the client's hands.
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://receiver")
        self._numbers = count(1)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send any request."""
        return self._runner.run(self._client.request(method, path, **options))

    def deliver(
        self, event: Any, svix_id: str | None = None, *, secret: str = SECRET, at: datetime | None = None
    ) -> httpx.Response:
        """Send a signed delivery. `event` is a JSON value, or the bytes of a body."""
        body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        svix_id = svix_id or f"msg_{next(self._numbers)}"
        return self.request(
            "POST", WEBHOOK, content=body, headers=signed(body, svix_id=svix_id, secret=secret, at=at)
        )

    async def _stop(self) -> None:
        async with self._app.router.lifespan_context(self._app):
            pass

    def close(self) -> None:
        """Close the client and its loop."""
        self._runner.run(self._client.aclose())
        self._runner.run(self._stop())
        self._runner.close()


@contextmanager
def client_of(app: FastAPI) -> Iterator[Client]:
    """Give a client of the application."""
    client = Client(app)
    try:
        yield client
    finally:
        client.close()


def rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    """All the rows of a table, straight from SQL."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """Serve the application by uvicorn on a free port of 127.0.0.1; give the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    ready = threading.Event()
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]

    async def run() -> None:
        task = asyncio.ensure_future(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0)
        ready.set()
        await task

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert ready.wait(20)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


__all__ = [
    "ADMIN_TOKEN",
    "INSTANCE",
    "WEBHOOK",
    "Client",
    "client_of",
    "create_app",
    "rows",
    "served",
    "settings",
]
