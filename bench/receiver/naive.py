"""Peer: the FastAPI handler that tutorials show, in its best form: verify, one upsert, no inbox, no version guard.

It is wrong under duplicates and disorder, which is what the course is about. It is written as well as its idea
allows: the secret is decoded once, the route is a plain `def` so that a commit blocks no other delivery.
"""

import json
import os
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy import BigInteger, delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, Session, SQLModel, create_engine
from svix.webhooks import Webhook, WebhookVerificationError


class User(SQLModel, table=True):
    """One row a user; the table is made by `users.sql`."""

    __tablename__ = "users"

    clerk_id: str = Field(primary_key=True)
    email: str | None
    first_name: str | None
    last_name: str | None
    updated_at: int | None = Field(sa_type=BigInteger)


engine = create_engine(os.environ["DATABASE_URL"], pool_size=int(os.environ["POOL_SIZE"]), max_overflow=0)
webhook = Webhook(os.environ["CLERK_WEBHOOK_SIGNING_SECRET"])
app = FastAPI(openapi_url=None)


@app.get("/ready")
async def ready() -> Response:
    """Say that the server listens."""
    return Response(status_code=200)


async def raw_body(request: Request) -> bytes:
    """Read the bytes on the event loop, for a route that runs in a thread."""
    return await request.body()


@app.post("/api/webhooks/clerk")
def receive(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
    """Verify, write, answer."""
    try:
        webhook.verify(body, dict(request.headers))
    except (WebhookVerificationError, ValueError):
        raise HTTPException(status_code=400) from None
    event = json.loads(body)
    if event["type"] in ("user.created", "user.updated"):
        upsert(event["data"])
    elif event["type"] == "user.deleted":
        remove(event["data"]["id"])
    return Response(status_code=204)


def upsert(data: dict[str, Any]) -> None:
    """Write the user, whatever the row held before: the last to arrive wins."""
    values = {
        "email": primary_email(data),
        "first_name": data["first_name"],
        "last_name": data["last_name"],
        "updated_at": data["updated_at"],
    }
    statement = insert(User).values(clerk_id=data["id"], **values)
    with Session(engine) as session:
        session.exec(statement.on_conflict_do_update(index_elements=["clerk_id"], set_=values))
        session.commit()


def remove(clerk_id: str) -> None:
    """Forget the user."""
    with Session(engine) as session:
        session.exec(delete(User).where(User.clerk_id == clerk_id))  # type: ignore[arg-type]
        session.commit()


def primary_email(data: dict[str, Any]) -> str | None:
    """Return the designated address."""
    wanted = data["primary_email_address_id"]
    found = (e["email_address"] for e in data["email_addresses"] if e["id"] == wanted)
    return next(found, None)
