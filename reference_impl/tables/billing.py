"""La facturation : chaque événement est gardé comme un instantané daté, et aucun n'en remplace un autre."""

from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import document, instant, key


class BillingSnapshot(SQLModel, table=True):
    """L'état d'un abonnement, d'une ligne d'abonnement ou d'un paiement à un instant.

    L'état courant d'une ressource est son instantané de plus grande `version`. `snapshot` ne garde du payeur que ses
    identifiants : son nom et son adresse sont déjà, à jour, dans `users`.
    """

    __tablename__ = "billing_snapshots"

    resource_id: str = key()
    version: int = Field(primary_key=True, sa_type=BigInteger)
    type: str = key()
    status: str | None = None
    clerk_id: str | None = Field(default=None, index=True)
    organization_id: str | None = None
    snapshot: dict[str, Any] | None = document()
    received_at: int | None = instant()
