"""Ce que le RGPD demande de savoir : à qui des données ont été communiquées, et qui a été effacé."""

from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import key, version


class Disclosure(SQLModel, table=True):
    """Une communication de données à un destinataire, et la référence opaque par laquelle il désigne la personne."""

    __tablename__ = "disclosures"

    clerk_id: str = key()
    recipient: str = key()
    recipient_ref: str = key()
    disclosed_at: int = version()


class ErasureEntry(SQLModel, table=True):
    """Une personne effacée : l'empreinte de son identifiant, calculée avec une clé secrète, et rien d'autre d'elle.

    L'entrée est aussi la pierre tombale : ce qui arriverait encore sur cette personne est refusé, pour toujours.
    """

    __tablename__ = "erasure_register"

    subject: str = Field(primary_key=True)
    erased_at: int = version()
    cause: str
