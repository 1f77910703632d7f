"""Les personnes : comptes, sessions, liste d'attente."""

from typing import Any

from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import document, flag, instant, key, version


class User(SQLModel, table=True):
    """Une personne inscrite. Une personne effacée n'a plus de ligne ; le registre d'effacement garde son empreinte.

    Deux versions, parce que deux sources : `clerk_updated_at` pour l'instantané complet d'un webhook,
    `claims_issued_at` pour les trois colonnes qu'un jeton de session connaît (`email`, `first_name`, `last_name`).
    L'adresse n'est pas unique : un compte recréé peut arriver avant la suppression de l'ancien.
    """

    __tablename__ = "users"

    clerk_id: str = key()
    email: str | None = Field(default=None, index=True)
    first_name: str | None = None
    last_name: str | None = None
    email_addresses: list[dict[str, Any]] | None = document()
    phone_number: str | None = None
    username: str | None = None
    image_url: str | None = None
    external_id: str | None = None
    locale: str | None = None
    public_metadata: dict[str, Any] | None = document()
    banned: bool = flag()
    locked: bool = flag()
    deprovisioned: bool = flag()
    last_sign_in_at: int | None = instant()
    clerk_created_at: int | None = instant()
    clerk_updated_at: int = version()
    claims_issued_at: int = version()
    first_seen_at: int = version()
    reconciled_at: int | None = instant(index=True)


class Session(SQLModel, table=True):
    """Une session Clerk, sans son adresse IP : le récepteur n'en a pas l'usage.

    Aucun webhook n'annonce son expiration : elle se lit dans `expire_at`.
    """

    __tablename__ = "sessions"

    session_id: str = key()
    clerk_id: str = Field(index=True)
    status: str
    created_at: int | None = instant()
    last_active_at: int | None = instant()
    expire_at: int | None = instant()
    clerk_updated_at: int = version()


class WaitlistEntry(SQLModel, table=True):
    """Une personne en liste d'attente : elle n'a pas encore de compte, seulement une adresse."""

    __tablename__ = "waitlist_entries"

    entry_id: str = key()
    email: str | None = Field(default=None, index=True)
    status: str | None = None
    clerk_created_at: int | None = instant()
    clerk_updated_at: int = version()
    deleted_at: int | None = instant()
