"""La table de l'exercice 2 ; `schema.sql` dit la même chose."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class UserRow(SQLModel, table=True):
    """Un utilisateur de Clerk. Les instants sont en ms depuis 1970 (BIGINT : 32 bits déborderaient).

    `clerk_updated_at` est la version de la ligne. `deleted_at` reste NULL tant que l'utilisateur existe.
    `email` n'est pas unique : un compte supprimé puis recréé a la même adresse sous un autre `clerk_id`.
    """

    __tablename__ = "users"

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    clerk_updated_at: int = Field(sa_type=BigInteger)
    deleted_at: int | None = Field(default=None, sa_type=BigInteger)
