"""Ce que laisse une personne effacée : un de plus dans des comptes anonymes.

Sans cela, chaque effacement changerait les chiffres du passé. Les comptes ne disent pas qui ; mais, dans une semaine où
peu de monde s'est inscrit, un compte de 1 peut encore désigner quelqu'un à qui connaît cette personne. `answers` ne
montre donc jamais les personnes parties à part des autres, ni le détail d'une cohorte trop petite. La différence entre
deux réponses, ou la base elle-même, peut encore le dire : le risque est réduit, et non supprimé.
"""

from typing import Any

from sqlalchemy import Connection, delete, func, literal, select, true, union

from reference_impl.scenarios.analytics.rows import ACTIVITY, COHORT, DEPARTED, NO_COHORT
from reference_impl.store.dialects import insert
from reference_impl.store.locks import lock_people
from reference_impl.store.users import USERS


def fold(connection: Connection, clerk_id: str) -> None:
    """Ajouter la personne aux comptes, et supprimer ses semaines.

    À appeler sous son verrou, une fois, avant de supprimer sa ligne de `users` dans la même transaction : un effacement
    rejoué ne trouve plus rien à compter, et celui qui suit une restauration repart des comptes de la sauvegarde.
    """
    # Les comptes sont à tout le monde : deux effacements qui les prendraient en sens inverse s'attendraient l'un l'autre.
    lock_people(connection, [DEPARTED.name])
    connection.execute(_counted(connection.dialect.name, clerk_id))
    connection.execute(delete(ACTIVITY).where(ACTIVITY.c.clerk_id == clerk_id))


def _counted(dialect: str, clerk_id: str) -> Any:
    """Compter la personne une fois par semaine d'activité, et dans celle de son inscription."""
    cohort = select(COHORT).where(USERS.c.clerk_id == clerk_id).scalar_subquery()
    active = select(ACTIVITY.c.week).where(ACTIVITY.c.clerk_id == clerk_id)
    weeks = union(active, select(COHORT).where(USERS.c.clerk_id == clerk_id)).subquery("weeks")
    (week,) = weeks.c
    # Sans WHERE, SQLite prendrait ON CONFLICT pour la suite d'une jointure : https://sqlite.org/lang_upsert.html
    rows = select(func.coalesce(cohort, NO_COHORT), week, literal(1)).where(true())
    statement = insert(dialect, DEPARTED).from_select(["cohort", "week", "people"], rows)
    return statement.on_conflict_do_update(
        index_elements=[DEPARTED.c.cohort, DEPARTED.c.week], set_={"people": DEPARTED.c.people + 1}
    )
