"""Les alertes, et les faits dont elles sont faites. Ni adresse IP, ni ville, ni navigateur."""

from sqlalchemy import BigInteger, Table
from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import instant


class SessionSignal(SQLModel, table=True):
    """Un fait tiré d'une session, qui compte pour l'alerte `alert_id`, levée ou non.

    `value` est ce que la règle compte : une session, ou un pays. Un fait n'est jamais modifié : de quelque façon que
    les événements arrivent, les mêmes faits sont là à la fin.
    """

    __tablename__ = "session_signals"

    signal_id: str = Field(primary_key=True)
    alert_id: str = Field(index=True)
    rule: str
    clerk_id: str = Field(index=True)
    at: int | None = instant()
    value: str
    created_at: int = Field(sa_type=BigInteger, index=True)


class Alert(SQLModel, table=True):
    """Une alerte : la règle, la personne, et le début de la fenêtre de temps, en millisecondes.

    `alert_id` est l'empreinte des trois, et de la session si la règle n'en juge qu'une. Elle est calculée avec une clé
    secrète : dans un message, elle ne dit pas de qui il s'agit.
    """

    __tablename__ = "alerts"

    alert_id: str = Field(primary_key=True)
    rule: str
    clerk_id: str = Field(index=True)
    at: int | None = instant()
    created_at: int = Field(sa_type=BigInteger, index=True)


SIGNALS: Table = SessionSignal.__table__  # type: ignore[attr-defined]
ALERTS: Table = Alert.__table__  # type: ignore[attr-defined]

ALERT_TABLES = (SIGNALS, ALERTS)
"""Les tables à effacer et à exporter avec la personne ; `created_at` y date la ligne, pour la purge."""
