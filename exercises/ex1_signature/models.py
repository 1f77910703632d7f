"""La table de l'exercice 1 ; `schema.sql` dit la même chose."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class DeliveryRow(SQLModel, table=True):
    """Une livraison acceptée. `received_at` est en ms depuis 1970 (BIGINT : 32 bits déborderaient)."""

    __tablename__ = "deliveries"

    svix_id: str = Field(primary_key=True)
    type: str | None = None
    received_at: int = Field(sa_type=BigInteger)
