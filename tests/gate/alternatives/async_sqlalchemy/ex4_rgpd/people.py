"""Où une personne paraît : la même recherche sert à l'export et à l'effacement."""

import json
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from .tables import Base, Disclosure, Effect, Login, Member, Received


async def rows_of(session: AsyncSession, clerk_id: str) -> AsyncIterator[Any]:
    """Rendre chaque ligne de la personne, de toutes les tables, corps gardés compris."""
    table: type[Any]
    for table in (Member, Login, Disclosure, Effect):
        for row in await session.scalars(select(table).where(table.clerk_id == clerk_id)):
            yield row
    # `contains` avec autoescape dégrossit (« _ » n'y est pas un joker), le JSON relu tranche.
    near = Received.payload.contains(clerk_id, autoescape=True)
    for received in await session.scalars(select(Received).where(near)):
        data = json.loads(received.payload or "{}").get("data", {})
        if clerk_id in (data.get("id"), data.get("user_id")):
            yield received


async def erase(session: AsyncSession, clerk_id: str, svix_id: str) -> None:
    """Supprimer les lignes, vider les corps, et avertir chaque destinataire."""
    rows: list[Base] = [row async for row in rows_of(session, clerk_id)]
    for row in rows:
        if isinstance(row, Received):
            row.payload = None
        else:
            await session.delete(row)
        if isinstance(row, Disclosure):
            told = json.dumps({"recipient_ref": row.recipient_ref, "recipient": row.recipient})
            session.add(Effect(kind="art19", svix_id=svix_id, payload=told))
