"""Les organisations, leurs membres, leurs invitations, leurs domaines.

Une suppression pose `deleted_at` et vide la ligne : la pierre tombale refuse ce qui arriverait encore. Il n'y a pas
de clé étrangère : une appartenance peut arriver avant son organisation, et la refuser coûterait de nouvelles tentatives.
"""

from typing import Any

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
    """L'appartenance d'une personne à une organisation. Si la personne part et revient, l'identifiant change."""

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
