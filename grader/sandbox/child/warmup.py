"""What a server does first, done once before the forks: caches are filled and lazy imports made where all share them.

A toy application is built and answers one request. Nothing of it is left where a student's code could meet it:
its tables stand in a registry of their own.
"""

import asyncio
import base64
from datetime import UTC, datetime
from typing import Annotated, Any


def warm_up() -> None:
    """Build a table, a database and an application, and answer one request."""
    asyncio.run(_answer_once(_application(_database())))
    _signature()


def _database() -> Any:
    """Make a table and an in-memory database, write a row and read it."""
    from sqlalchemy import BigInteger, create_engine, text
    from sqlalchemy.orm import registry
    from sqlmodel import Field, Session, SQLModel

    class Base(SQLModel, registry=registry()):
        """Keeps the toy's table out of the common registry."""

    class Row(Base, table=True):
        """A row as the exercises have them."""

        __tablename__ = "warm_up"
        id: str = Field(primary_key=True)
        name: str | None = None
        at: int = Field(sa_type=BigInteger)

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.merge(Row(id="1", at=1))
        session.connection().execute(text("SELECT id FROM warm_up WHERE id = :id"), {"id": "1"}).first()
    return engine


def _application(engine: Any) -> Any:
    """Make an application like those of the exercises."""
    from fastapi import Depends, FastAPI, Header, Request, Response

    async def body_of(request: Request) -> bytes:
        return await request.body()

    app = FastAPI(redirect_slashes=False)

    @app.post("/")
    def receive(
        request: Request,
        body: Annotated[bytes, Depends(body_of)],
        authorization: Annotated[str | None, Header()] = None,
    ) -> Response:
        with engine.connect():
            return Response(status_code=204 if body and request.headers and authorization is None else 500)

    return app


async def _answer_once(app: Any) -> None:
    """Send one request through the application, and make uvicorn ready to serve it."""
    import uvicorn

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": "/",
        "raw_path": b"/", "query_string": b"", "root_path": "", "scheme": "http", "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "state": {},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(_message: dict[str, Any]) -> None:
        return None

    await app(scope, receive, send)
    uvicorn.Config(app, http="h11", loop="asyncio", ws="none", access_log=False).load()


def _signature() -> None:
    """Verify one signature."""
    from svix.webhooks import Webhook

    webhook = Webhook("whsec_" + base64.b64encode(bytes(24)).decode())
    now = datetime.now(UTC)
    stamp, signature = str(int(now.timestamp())), webhook.sign("1", now, "{}")
    webhook.verify("{}", {"svix-id": "1", "svix-timestamp": stamp, "svix-signature": signature})
