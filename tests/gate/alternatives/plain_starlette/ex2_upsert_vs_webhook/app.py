"""Autre forme : Starlette sans FastAPI, des HTTPEndpoint, SQLAlchemy Core sous BEGIN IMMEDIATE dans un fil.

Un index de plus sur l'adresse ; la connexion est un 201 la première fois, le webhook un 200 avec l'issue.
"""

import json
import os
from typing import Any

import jwt
from sqlalchemy import Connection, Engine, insert, select, update
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .base import open_engine, users
from .standard import Verifier


def write(connection: Connection, user: dict[str, Any]) -> str:
    """Créer la ligne, la changer, ou la laisser ; dire lequel des trois."""
    here = users.c.clerk_id == user["clerk_id"]
    known = connection.execute(select(users.c.clerk_updated_at, users.c.deleted_at).where(here)).first()
    if known is None:
        connection.execute(insert(users).values(user))
        return "created"
    if known.deleted_at is not None or known.clerk_updated_at >= user["clerk_updated_at"]:
        return "kept"
    connection.execute(update(users).where(here).values(user))
    return "changed"


def delete(connection: Connection, clerk_id: str, at: int) -> str:
    """Marquer la ligne comme supprimée, ou en faire une qui l'est déjà."""
    gone = {"email": None, "first_name": None, "last_name": None, "deleted_at": at, "clerk_updated_at": at}
    done = update(users).where(users.c.clerk_id == clerk_id).values(gone).returning(users.c.clerk_id)
    if connection.execute(done).first() is None:
        connection.execute(insert(users).values(clerk_id=clerk_id, **gone))
    return "deleted"


def apply(engine: Engine, event: dict[str, Any]) -> str:
    """Appliquer un événement dans une transaction."""
    data = event["data"]
    with engine.begin() as connection:
        if event["type"] == "user.deleted":
            return delete(connection, data["id"], event["timestamp"])
        if event["type"] not in {"user.created", "user.updated"}:
            return "ignored"
        emails = {entry.get("id"): entry.get("email_address") for entry in data["email_addresses"]}
        designated = data["primary_email_address_id"]
        user = {"clerk_id": data["id"], "email": emails.get(designated) if designated else None}
        names = {"first_name": data["first_name"], "last_name": data["last_name"]}
        return write(connection, {**user, **names, "clerk_updated_at": data["updated_at"]})


class Webhook(HTTPEndpoint):
    """`POST /api/webhooks/clerk`."""

    async def post(self, request: Request) -> JSONResponse:
        """Recevoir une livraison."""
        body = await request.body()
        if not request.app.state.verifier.accepts(request.headers, body):
            return JSONResponse({"error": "signature"}, 403)
        outcome = await run_in_threadpool(apply, request.app.state.engine, json.loads(body))
        return JSONResponse({"outcome": outcome})


class SessionSync(HTTPEndpoint):
    """`POST /api/session/sync`."""

    async def post(self, request: Request) -> JSONResponse:
        """Recevoir une connexion."""
        _, _, token = request.headers.get("authorization", "").partition("Bearer ")
        key = os.environ["CLERK_JWT_KEY"].replace("\\n", "\n")
        try:
            claims = jwt.decode(token, key, algorithms=["RS256"], options={"require": ["exp", "iat", "sub"]})
        except jwt.InvalidTokenError:
            return JSONResponse({"error": "token"}, 401)
        if claims.get("azp") not in os.environ["CLERK_AUTHORIZED_PARTIES"].split():
            return JSONResponse({"error": "party"}, 401)
        user = {name: claims.get(name) for name in ("email", "first_name", "last_name")}
        user |= {"clerk_id": claims["sub"], "clerk_updated_at": claims["iat"] * 1000}
        outcome = await run_in_threadpool(self.write, request.app.state.engine, user)
        return JSONResponse({"outcome": outcome}, 201 if outcome == "created" else 200)

    @staticmethod
    def write(engine: Engine, user: dict[str, Any]) -> str:
        """Écrire l'utilisateur dans une transaction."""
        with engine.begin() as connection:
            return write(connection, user)


def create_app() -> Starlette:
    """Monter l'application."""
    app = Starlette(routes=[Route("/api/webhooks/clerk", Webhook), Route("/api/session/sync", SessionSync)])
    app.state.verifier = Verifier(os.environ.get("CLERK_WEBHOOK_SIGNING_SECRET"))
    app.state.engine = open_engine()
    return app
