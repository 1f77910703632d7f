"""La table des utilisateurs, et la base asynchrone."""

import os

from sqlalchemy import BigInteger
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Les tables."""


class Member(Base):
    """Un utilisateur ; supprimé, sa ligne reste avec `deleted_at`."""

    __tablename__ = "users"

    clerk_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    clerk_updated_at: Mapped[int] = mapped_column(BigInteger)
    deleted_at: Mapped[int | None] = mapped_column(BigInteger)


def open_sessions() -> async_sessionmaker[AsyncSession]:
    """Ouvrir la base que nomme l'environnement."""
    url = os.environ["DATABASE_URL"].replace("sqlite:", "sqlite+aiosqlite:", 1)
    engine = create_async_engine(url, connect_args={"timeout": 10}, hide_parameters=True)
    return async_sessionmaker(engine, expire_on_commit=False)
