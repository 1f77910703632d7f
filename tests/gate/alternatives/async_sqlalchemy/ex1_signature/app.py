"""Autre forme : FastAPI, handler async, AsyncSession sur aiosqlite, modèle déclaratif.

La signature est une dépendance de la route ; le succès est un 202 en JSON.
"""

import os
import time
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import BigInteger
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .guard import Guard, Signed


class Base(DeclarativeBase):
    """Les tables."""


class Received(Base):
    """Une livraison acceptée."""

    __tablename__ = "deliveries"

    svix_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str | None]
    received_at: Mapped[int] = mapped_column(BigInteger)


class Envelope(BaseModel):
    """Ce que l'exercice lit d'un événement."""

    type: str | None = None


def create_app() -> FastAPI:
    """Monter l'application."""
    guard = Guard(status=400)
    url = os.environ["DATABASE_URL"].replace("sqlite:", "sqlite+aiosqlite:", 1)
    sessions = async_sessionmaker(create_async_engine(url, connect_args={"timeout": 10}))
    app = FastAPI()

    @app.post("/api/webhooks/clerk", status_code=202)
    async def receive(signed: Annotated[Signed, Depends(guard)]) -> dict[str, str | None]:
        type_ = Envelope.model_validate_json(signed.body).type
        row = {"svix_id": signed.svix_id, "type": type_, "received_at": time.time_ns() // 1_000_000}
        async with sessions.begin() as session:
            await session.execute(insert(Received).values(row).on_conflict_do_nothing())
        return {"recorded": signed.svix_id, "type": type_}

    return app
