"""Une livraison, une session, une transaction."""

import time
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from .tables import Effect, Member, Received


async def handle(sessions: async_sessionmaker[AsyncSession], svix_id: str, event: dict[str, Any]) -> str:
    """Inscrire la livraison, appliquer l'événement, valider le tout."""
    async with sessions() as session:
        received = Received(svix_id=svix_id, type=event["type"], outcome="processed", received_at=now())
        session.add(received)
        try:
            # Cette écriture prend le verrou, et la clé primaire refuse le doublon.
            await session.flush()
        except IntegrityError:
            return "duplicate"
        received.outcome = outcome = await apply(session, svix_id, event)
        await session.commit()
    return outcome


async def apply(session: AsyncSession, svix_id: str, event: dict[str, Any]) -> str:
    """Aiguiller selon le type."""
    data = event["data"]
    match event["type"].split("."):
        case "user", "created" | "updated":
            return await save(session, svix_id, data)
        case "user", "deleted":
            return await bury(session, data["id"], event["timestamp"])
        case "session", "created":
            return await login(session, svix_id, data["user_id"])
    return "ignored"


async def save(session: AsyncSession, svix_id: str, data: dict[str, Any]) -> str:
    """Écrire l'utilisateur s'il est plus récent, et sa bienvenue si elle n'est pas encore due."""
    emails = {address["id"]: address["email_address"] for address in data.get("email_addresses") or []}
    values = {
        "email": emails.get(data.get("primary_email_address_id")),
        "first_name": data.get("first_name"),
        "last_name": data.get("last_name"),
        "clerk_updated_at": data["updated_at"],
    }
    newer = (Member.clerk_updated_at < data["updated_at"]) & Member.deleted_at.is_(None)
    statement = insert(Member).values(clerk_id=data["id"], login_count=0, **values)
    statement = statement.on_conflict_do_update(index_elements=["clerk_id"], set_=values, where=newer)
    if (await session.execute(statement.returning(Member.clerk_id))).first() is None:
        return "stale"
    welcomed = exists().where(Effect.kind == "welcome_email", Effect.clerk_id == data["id"])
    if not await session.scalar(select(welcomed)):
        session.add(Effect(kind="welcome_email", clerk_id=data["id"], svix_id=svix_id))
    return "processed"


async def bury(session: AsyncSession, clerk_id: str, at: int) -> str:
    """Marquer la suppression, même d'un inconnu."""
    statement = insert(Member).values(clerk_id=clerk_id, login_count=0, clerk_updated_at=at, deleted_at=at)
    blank = {"email": None, "first_name": None, "last_name": None, "deleted_at": at}
    await session.execute(statement.on_conflict_do_update(index_elements=["clerk_id"], set_=blank))
    return "processed"


async def login(session: AsyncSession, svix_id: str, clerk_id: str) -> str:
    """Compter la connexion d'un utilisateur vivant."""
    member = await session.get(Member, clerk_id)
    if member is None or member.deleted_at is not None:
        return "ignored"
    # L'expression est calculée par la base, au flush.
    await session.execute(
        update(Member).where(Member.clerk_id == clerk_id).values(login_count=Member.login_count + 1)
    )
    session.add(Effect(kind="login_notice", clerk_id=clerk_id, svix_id=svix_id, payload='{"via": "session"}'))
    return "processed"


def now() -> int:
    """L'instant présent, en millisecondes."""
    return time.time_ns() // 1_000_000
