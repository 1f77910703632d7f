"""Les organisations, leurs membres, leurs invitations, leurs domaines.

Une suppression pose `deleted_at` et vide la ligne : la pierre tombale refuse ce qui arriverait encore. Il n'y a pas
de clé étrangère : une appartenance peut arriver avant son organisation, et la refuser coûterait de nouvelles tentatives.
"""

from typing import Any

from sqlalchemy import Connection, event
from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import document, instant, key, version


class Organization(SQLModel, table=True):
    """Une organisation. Le `slug` peut manquer : toutes les applications n'en emploient pas."""

    __tablename__ = "organizations"

    organization_id: str = key()
    name: str | None = None
    slug: str | None = None
    image_url: str | None = None
    max_allowed_memberships: int | None = None
    public_metadata: dict[str, Any] | None = document()
    clerk_created_at: int | None = instant()
    clerk_updated_at: int = version()
    deleted_at: int | None = instant()


class Membership(SQLModel, table=True):
    """L'appartenance d'une personne à une organisation. Si la personne part et revient, l'identifiant change.

    Pour autoriser, lisez la vue `active_memberships` : Clerk n'annonce pas le départ des membres d'une organisation
    supprimée, et leurs lignes restent ici telles qu'elles étaient.
    """

    __tablename__ = "memberships"

    membership_id: str = key()
    organization_id: str | None = Field(default=None, index=True)
    clerk_id: str | None = Field(default=None, index=True)
    role: str | None = None
    permissions: list[str] | None = document()
    clerk_created_at: int | None = instant()
    clerk_updated_at: int = version()
    deleted_at: int | None = instant()


class Invitation(SQLModel, table=True):
    """Une invitation. Son `url` n'est pas gardée : elle porte un ticket qui permet de se connecter."""

    __tablename__ = "invitations"

    invitation_id: str = key()
    organization_id: str | None = Field(default=None, index=True)
    email: str | None = Field(default=None, index=True)
    clerk_id: str | None = Field(default=None, index=True)
    role: str | None = None
    status: str | None = None
    expires_at: int | None = instant()
    clerk_created_at: int | None = instant()
    clerk_updated_at: int = version()
    deleted_at: int | None = instant()


class Domain(SQLModel, table=True):
    """Un domaine de messagerie d'une organisation, vérifié ou non."""

    __tablename__ = "domains"

    domain_id: str = key()
    organization_id: str | None = Field(default=None, index=True)
    name: str | None = None
    enrollment_mode: str | None = None
    verified: bool | None = None
    clerk_created_at: int | None = instant()
    clerk_updated_at: int = version()
    deleted_at: int | None = instant()


ACTIVE_MEMBERSHIPS = (
    "CREATE VIEW active_memberships AS SELECT memberships.* FROM memberships"
    " LEFT JOIN organizations ON organizations.organization_id = memberships.organization_id"
    " WHERE memberships.deleted_at IS NULL AND organizations.deleted_at IS NULL"
)
"""Les appartenances qui valent encore. L'ordre d'arrivée n'y change rien : rien n'est copié d'une table à l'autre."""


@event.listens_for(SQLModel.metadata, "after_create")
def create_view(_metadata: Any, connection: Connection, *, tables: Any = (), **_: Any) -> None:
    """Créer la vue avec ses tables, quand un test les crée toutes d'un coup ; ailleurs, une migration s'en charge."""
    if Membership.__table__ in tables:  # type: ignore[attr-defined]
        connection.exec_driver_sql(ACTIVE_MEMBERSHIPS)


@event.listens_for(SQLModel.metadata, "before_drop")
def drop_view(_metadata: Any, connection: Connection, **_: Any) -> None:
    """Retirer la vue avant ses tables."""
    connection.exec_driver_sql("DROP VIEW IF EXISTS active_memberships")
