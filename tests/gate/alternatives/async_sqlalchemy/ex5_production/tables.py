"""Les tables, et la base asynchrone."""

import os

from sqlalchemy import BigInteger
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Les tables."""


class Member(Base):
    """Un utilisateur, et le nombre de ses connexions."""

    __tablename__ = "users"

    clerk_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    clerk_updated_at: Mapped[int] = mapped_column(BigInteger)
    deleted_at: Mapped[int | None] = mapped_column(BigInteger)
    login_count: Mapped[int] = mapped_column(BigInteger, default=0)


class Received(Base):
    """Une livraison traitée."""

    __tablename__ = "inbox"

    svix_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str | None]
    outcome: Mapped[str]
    received_at: Mapped[int] = mapped_column(BigInteger)


class Dead(Base):
    """Une livraison signée, mais inutilisable."""

    __tablename__ = "dead_letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    svix_id: Mapped[str]
    type: Mapped[str | None]
    reason: Mapped[str]
    received_at: Mapped[int] = mapped_column(BigInteger)


class Effect(Base):
    """Un effet dû."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    clerk_id: Mapped[str | None]
    svix_id: Mapped[str | None]
    payload: Mapped[str | None]


def open_sessions() -> async_sessionmaker[AsyncSession]:
    """Ouvrir la base que nomme l'environnement."""
    url = os.environ["DATABASE_URL"].replace("sqlite:", "sqlite+aiosqlite:", 1)
    return async_sessionmaker(create_async_engine(url, connect_args={"timeout": 10}, hide_parameters=True))
