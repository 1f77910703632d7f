"""Les livraisons reçues, les lettres mortes et les effets dus."""

from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import document, instant, key, version


class InboxRow(SQLModel, table=True):
    """Une livraison reçue. `svix_id` est sa seule clé d'idempotence : le corps n'identifie pas l'événement.

    `body` sert à rejouer la livraison ; la purge et l'effacement le vident, mais la ligne reste : elle permet encore de
    reconnaître un doublon.
    """

    __tablename__ = "inbox"

    svix_id: str = key()
    type: str
    outcome: str
    resource_id: str | None = Field(default=None, index=True)
    clerk_id: str | None = Field(default=None, index=True)
    received_at: int = Field(sa_type=BigInteger, index=True)
    secret_index: int = 0
    body: bytes | None = None


class InboxMention(SQLModel, table=True):
    """Une personne que le corps d'une livraison cite sans en être le sujet : l'auteur d'une invitation, par exemple."""

    __tablename__ = "inbox_mentions"

    clerk_id: str = key()
    svix_id: str = Field(primary_key=True, index=True)


class DeadLetter(SQLModel, table=True):
    """Une livraison authentique, mais inutilisable. `reprocess` la rejoue une fois la cause corrigée."""

    __tablename__ = "dead_letters"

    svix_id: str = key()
    type: str | None = None
    reason: str
    received_at: int = Field(sa_type=BigInteger, index=True)
    body: bytes | None = None


class OutboxRow(SQLModel, table=True):
    """Un effet dû, inscrit dans la transaction qui le cause ; `dispatch` l'exécute ensuite, au moins une fois.

    `key` interdit d'inscrire deux fois le même effet, et sert de clé d'idempotence au destinataire. Chaque destinataire
    a sa propre file : la panne de l'un ne retarde pas les autres.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        # Les effets faits s'accumulent ; ceux qui restent à faire tiennent dans un petit index.
        Index(
            "ix_outbox_due",
            "destination",
            "attempts",
            "next_attempt_at",
            postgresql_where=text("done_at IS NULL"),
            sqlite_where=text("done_at IS NULL"),
        ),
    )

    key: str = key()
    kind: str
    destination: str
    clerk_id: str | None = Field(default=None, index=True)
    payload: dict[str, Any] | None = document()
    created_at: int = version()
    next_attempt_at: int | None = instant()
    attempts: int = 0
    done_at: int | None = instant()
    failed_at: int | None = instant()


class Destination(SQLModel, table=True):
    """Un destinataire : à partir de quand on peut lui envoyer, et combien d'échecs de suite il vient de donner."""

    __tablename__ = "destinations"

    destination: str = key()
    free_at: int = version()
    failures: int = 0
