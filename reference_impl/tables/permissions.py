"""Les rôles et les permissions que l'application définit chez Clerk."""

from sqlmodel import SQLModel

from reference_impl.tables.columns import document, instant, key, version


class Role(SQLModel, table=True):
    """Un rôle, et les clés des permissions qu'il donne."""

    __tablename__ = "roles"

    role_id: str = key()
    key: str | None = None
    name: str | None = None
    permissions: list[str] | None = document()
    clerk_updated_at: int = version()
    deleted_at: int | None = instant()


class Permission(SQLModel, table=True):
    """Une permission, que les rôles désignent par sa clé."""

    __tablename__ = "permissions"

    permission_id: str = key()
    key: str | None = None
    name: str | None = None
    type: str | None = None
    clerk_updated_at: int = version()
    deleted_at: int | None = instant()
