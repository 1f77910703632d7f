"""Les statistiques : les semaines où une personne a été active, et les comptes anonymes de celles qui sont parties.

Une semaine est l'instant de son lundi, à 0 h UTC.
"""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import key


class ActivityWeek(SQLModel, table=True):
    """Une personne, active une fois au moins dans cette semaine.

    Rien de plus précis n'est gardé : ni le jour, ni le nombre de fois. Aucune question posée ici ne le demande
    (RGPD, article 5, minimisation).
    """

    __tablename__ = "activity_weeks"

    clerk_id: str = key()
    week: int = Field(primary_key=True, sa_type=BigInteger, index=True)


class DepartedActivity(SQLModel, table=True):
    """Parmi les personnes effacées, inscrites la semaine `cohort`, combien étaient actives la semaine `week`.

    `cohort` vaut -1 si l'inscription n'était pas connue.
    """

    __tablename__ = "departed_activity"

    cohort: int = Field(primary_key=True, sa_type=BigInteger)
    week: int = Field(primary_key=True, sa_type=BigInteger)
    people: int = Field(sa_type=BigInteger)
