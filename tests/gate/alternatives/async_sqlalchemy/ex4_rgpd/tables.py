"""Les tables, et la base asynchrone."""

import os

from sqlalchemy import BigInteger
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Les tables."""


class Member(Base):
    """Une personne inscrite."""

    __tablename__ = "users"

    clerk_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    clerk_updated_at: Mapped[int] = mapped_column(BigInteger)
    deleted_at: Mapped[int | None] = mapped_column(BigInteger)
    login_count: Mapped[int] = mapped_column(BigInteger, default=0)


class Received(Base):
    """Une livraison, et son corps."""

    __tablename__ = "inbox"

    svix_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str | None]
    outcome: Mapped[str]
    received_at: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[str | None]


class Effect(Base):
    """Un effet dû."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    clerk_id: Mapped[str | None]
    svix_id: Mapped[str | None]
    payload: Mapped[str | None]


class Login(Base):
    """Une connexion."""

    __tablename__ = "sessions"

    session_id: Mapped[str] = mapped_column(primary_key=True)
    clerk_id: Mapped[str]
    ip_address: Mapped[str | None]
    user_agent: Mapped[str | None]
    created_at: Mapped[int] = mapped_column(BigInteger)


class Disclosure(Base):
    """Une communication à un tiers."""

    __tablename__ = "disclosures"

    id: Mapped[int] = mapped_column(primary_key=True)
    clerk_id: Mapped[str | None]
    recipient: Mapped[str]
    recipient_ref: Mapped[str]


class Erased(Base):
    """Une ligne du registre."""

    __tablename__ = "erasure_register"

    svix_id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    erased_at: Mapped[int] = mapped_column(BigInteger)


def open_sessions() -> async_sessionmaker[AsyncSession]:
    """Ouvrir la base que nomme l'environnement."""
    url = os.environ["DATABASE_URL"].replace("sqlite:", "sqlite+aiosqlite:", 1)
    return async_sessionmaker(create_async_engine(url, connect_args={"timeout": 10}, hide_parameters=True))
