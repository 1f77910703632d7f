"""Autre forme : handlers async qui bloquent la boucle sur sqlite3, mode WAL, BEGIN IMMEDIATE puis lecture.

Une suppression retire la ligne de `users` ; une table de plus, `graves`, s'en souvient. PyJWT lit les jetons.
"""

import json
import os
from typing import Any

import jwt
from fastapi import FastAPI, HTTPException, Request

from .store import Store
from .svix_by_hand import is_authentic, load_keys


def primary_email(data: dict[str, Any]) -> str | None:
    """Rendre l'adresse désignée, ou rien."""
    by_id = {entry["id"]: entry["email_address"] for entry in data.get("email_addresses") or []}
    return by_id.get(data.get("primary_email_address_id"))


def bearer_claims(request: Request) -> dict[str, Any]:
    """Vérifier le jeton de session ; 403 s'il ne vaut rien."""
    words = request.headers.get("authorization", "").split()
    if len(words) != 2 or words[0].lower() != "bearer":
        raise HTTPException(403)
    pem = os.environ["CLERK_JWT_KEY"].replace("\\n", "\n")
    try:
        claims: dict[str, Any] = jwt.decode(
            words[1], pem, ["RS256"], options={"require": ["exp", "iat", "sub"]}
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(403) from error
    if claims.get("azp") not in os.environ["CLERK_AUTHORIZED_PARTIES"].split():
        raise HTTPException(403)
    return claims


def create_app() -> FastAPI:
    """Monter les deux routes."""
    keys = load_keys()
    store = Store(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
    app = FastAPI()

    @app.post("/api/webhooks/clerk")
    async def receive(request: Request) -> dict[str, str]:
        body = await request.body()
        if not is_authentic(body, request.headers, keys):
            raise HTTPException(401)
        event = json.loads(body)
        data = event["data"]
        if event["type"] in ("user.created", "user.updated"):
            names = data.get("first_name"), data.get("last_name")
            store.save(data["id"], (primary_email(data), *names), data["updated_at"])
        elif event["type"] == "user.deleted":
            store.remove(data["id"], event["timestamp"])
        return {"status": "ok"}

    @app.post("/api/session/sync", status_code=201)
    async def sync(request: Request) -> dict[str, str]:
        claims = bearer_claims(request)
        profile = (claims.get("email"), claims.get("first_name"), claims.get("last_name"))
        store.save(claims["sub"], profile, claims["iat"] * 1000)
        return {"user": claims["sub"]}

    return app
