"""Les tables de l'exercice 5 ; `schema.sql` dit la même chose. Tous les instants sont en millisecondes."""

from sqlalchemy import BigInteger, text
from sqlmodel import Field, SQLModel


class UserRow(SQLModel, table=True):
    """Une personne inscrite, ou sa pierre tombale quand `deleted_at` est rempli."""

    __tablename__ = "users"

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    clerk_updated_at: int = Field(sa_type=BigInteger)
    deleted_at: int | None = Field(default=None, sa_type=BigInteger)
    login_count: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})


class InboxRow(SQLModel, table=True):
    """Une livraison reçue, et son issue."""

    __tablename__ = "inbox"

    svix_id: str = Field(primary_key=True)
    type: str | None = None
    outcome: str
    received_at: int = Field(sa_type=BigInteger)


class OutboxRow(SQLModel, table=True):
    """Un effet dû, que personne n'a encore envoyé ; `payload` est du JSON."""

    __tablename__ = "outbox"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    clerk_id: str | None = None
    svix_id: str | None = None
    payload: str | None = None


class DeadLetterRow(SQLModel, table=True):
    """Une livraison signée mais inutilisable ; `reason` dit pourquoi en un mot, sans rien citer du corps."""

    __tablename__ = "dead_letters"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    svix_id: str
    type: str | None = None
    reason: str
    received_at: int = Field(sa_type=BigInteger)
