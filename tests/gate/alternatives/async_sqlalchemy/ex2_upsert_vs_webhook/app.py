"""Autre forme : tout est async, l'upsert est un INSERT … ON CONFLICT construit par SQLAlchemy.

La connexion répond 200 avec l'utilisateur, relu après l'écriture ; un mauvais jeton reçoit 422.
"""

import os
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .guard import Guard, Signed
from .tables import Member, open_sessions

REQUIRED = ["exp", "iat", "sub"]


class Envelope(BaseModel):
    """Un événement de Clerk."""

    type: str
    data: dict[str, Any]
    timestamp: int


async def save(session: AsyncSession, values: dict[str, Any]) -> None:
    """Écrire le profil, si sa version dépasse celle de la ligne et si la ligne n'est pas supprimée."""
    statement = insert(Member).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=[Member.clerk_id],
        set_={name: statement.excluded[name] for name in values if name != "clerk_id"},
        where=(Member.clerk_updated_at < statement.excluded.clerk_updated_at) & Member.deleted_at.is_(None),
    )
    await session.execute(statement)


async def bury(session: AsyncSession, clerk_id: str, at: int) -> None:
    """Poser la pierre tombale, même pour un inconnu."""
    statement = insert(Member).values(clerk_id=clerk_id, clerk_updated_at=at, deleted_at=at)
    blank = {"email": None, "first_name": None, "last_name": None, "deleted_at": at}
    await session.execute(statement.on_conflict_do_update(index_elements=["clerk_id"], set_=blank))


def profile(data: dict[str, Any]) -> dict[str, Any]:
    """Lire les colonnes dans le `data` d'un événement."""
    email = None
    for address in data.get("email_addresses") or ():
        if address["id"] == data.get("primary_email_address_id"):
            email = address["email_address"]
    names = {name: data.get(name) for name in ("first_name", "last_name")}
    return {"clerk_id": data["id"], "email": email, **names, "clerk_updated_at": data["updated_at"]}


def claims_of(request: Request) -> dict[str, Any]:
    """Vérifier le jeton de session."""
    key = os.environ["CLERK_JWT_KEY"].replace("\\n", "\n")
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], options={"require": REQUIRED})
    except jwt.PyJWTError as error:
        raise HTTPException(422, "Jeton refusé") from error
    if claims.get("azp") not in os.environ["CLERK_AUTHORIZED_PARTIES"].split():
        raise HTTPException(422, "Jeton refusé")
    return claims


def create_app() -> FastAPI:
    """Monter les deux routes."""
    guard, sessions = Guard(status=401), open_sessions()
    app = FastAPI()

    @app.post("/api/webhooks/clerk", status_code=202)
    async def receive(signed: Annotated[Signed, Depends(guard)]) -> dict[str, bool]:
        event = Envelope.model_validate_json(signed.body)
        async with sessions.begin() as session:
            if event.type in {"user.created", "user.updated"}:
                await save(session, profile(event.data))
            if event.type == "user.deleted":
                await bury(session, event.data["id"], event.timestamp)
        return {"received": True}

    @app.post("/api/session/sync")
    async def sync(claims: Annotated[dict[str, Any], Depends(claims_of)]) -> dict[str, Any]:
        values = {name: claims.get(name) for name in ("email", "first_name", "last_name")}
        async with sessions.begin() as session:
            await save(
                session, values | {"clerk_id": claims["sub"], "clerk_updated_at": claims["iat"] * 1000}
            )
            member = await session.get_one(Member, claims["sub"])
        return {"email": member.email, "version": member.clerk_updated_at}

    return app
