"""Les tables de l'exercice 4 ; `schema.sql` dit la même chose. Tous les instants sont en millisecondes."""

from sqlalchemy import BigInteger, text
from sqlmodel import Field, SQLModel


class UserRow(SQLModel, table=True):
    """Une personne inscrite. Une personne effacée n'a plus de ligne : `clerk_id` la désignerait encore."""

    __tablename__ = "users"

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    clerk_updated_at: int = Field(sa_type=BigInteger)
    deleted_at: int | None = Field(default=None, sa_type=BigInteger)
    login_count: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})


class InboxRow(SQLModel, table=True):
    """Une livraison reçue. `payload` est son corps, tel qu'il est arrivé, tant qu'on peut le garder."""

    __tablename__ = "inbox"

    svix_id: str = Field(primary_key=True)
    type: str | None = None
    outcome: str
    received_at: int = Field(sa_type=BigInteger)
    payload: str | None = None


class OutboxRow(SQLModel, table=True):
    """Un effet dû, que personne n'a encore envoyé ; `payload` est du JSON."""

    __tablename__ = "outbox"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    clerk_id: str | None = None
    svix_id: str | None = None
    payload: str | None = None


class SessionRow(SQLModel, table=True):
    """Une connexion : d'où, avec quoi, quand."""

    __tablename__ = "sessions"

    session_id: str = Field(primary_key=True)
    clerk_id: str
    ip_address: str | None = None
    user_agent: str | None = None
    created_at: int = Field(sa_type=BigInteger)


class DisclosureRow(SQLModel, table=True):
    """Une communication à un tiers : son nom, et la référence opaque par laquelle il désigne la personne."""

    __tablename__ = "disclosures"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str | None = None
    recipient: str
    recipient_ref: str


class ErasureRow(SQLModel, table=True):
    """Un effacement. `subject` n'a pas de clé unique, à dessein : une ligne de trop doit pouvoir se voir."""

    __tablename__ = "erasure_register"

    svix_id: str = Field(primary_key=True)
    subject: str
    erased_at: int = Field(sa_type=BigInteger)
