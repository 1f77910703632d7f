"""Les tables de l'exercice 3 ; `schema.sql` dit la même chose."""

from sqlalchemy import BigInteger, text
from sqlmodel import Field, SQLModel


class UserRow(SQLModel, table=True):
    """Un utilisateur de Clerk, et le nombre de ses connexions. Les instants sont en ms depuis 1970."""

    __tablename__ = "users"

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    clerk_updated_at: int = Field(sa_type=BigInteger)
    deleted_at: int | None = Field(default=None, sa_type=BigInteger)
    login_count: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})


class InboxRow(SQLModel, table=True):
    """Une livraison traitée. `svix_id` est la seule clé d'idempotence : le corps n'en porte aucune."""

    __tablename__ = "inbox"

    svix_id: str = Field(primary_key=True)
    type: str | None = None
    outcome: str
    received_at: int = Field(sa_type=BigInteger)


class OutboxRow(SQLModel, table=True):
    """Un effet dû. Aucune clé unique en dehors de `id` : un effet en double resterait visible."""

    __tablename__ = "outbox"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    clerk_id: str | None = None
    svix_id: str | None = None
    payload: str | None = None
