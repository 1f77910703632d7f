"""Les réponses : une seule requête, que la base groupe. Elle ne rend pas plus de lignes s'il y a plus de personnes."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Engine, Select, case, func, literal, select, union, union_all

from reference_impl.scenarios.analytics.rows import ACTIVITY, COHORT, DEPARTED, NO_COHORT
from reference_impl.scenarios.analytics.shape import Analytics, Cohort, Week
from reference_impl.scenarios.analytics.weeks import WEEK_MS, monday, name, starts
from reference_impl.store.engine import reading
from reference_impl.store.users import USERS

SMALLEST = 5
"""Le détail d'une cohorte plus petite n'est pas donné. La règle vaut pour toutes, qu'on en soit parti ou non : sinon,
son silence dirait qu'une personne a été effacée."""

Cells = dict[tuple[int, int], int]
"""Pour une semaine d'inscription et une semaine, le nombre de personnes actives."""


def answer(engine: Engine, now: int, weeks: int) -> Analytics:
    """Répondre sur les `weeks` dernières semaines, dont celle de `now`, en millisecondes."""
    current = monday(now)
    with reading(engine).connect() as connection:
        found = cells(connection, current - (weeks - 1) * WEEK_MS, current)
    mondays = range(current - (weeks - 1) * WEEK_MS, current + 1, WEEK_MS)
    active: Counter[int] = Counter()
    for (_, week), people in found.items():
        active[week] += people
    return Analytics(
        weeks=[
            Week(
                week=name(week),
                starts=starts(week),
                sign_ups=found.get((week, week), 0),
                active=active[week],
                partial=week == current,
            )
            for week in mondays
        ],
        retention=[retained(found, cohort, range(cohort, current + 1, WEEK_MS)) for cohort in mondays],
    )


def retained(found: Cells, cohort: int, mondays: range) -> Cohort:
    """Suivre une cohorte de semaine en semaine. Sa taille est celle de la première : s'inscrire, c'est être actif."""
    size = found.get((cohort, cohort), 0)
    detail = [found.get((cohort, week), 0) for week in mondays]
    return Cohort(cohort=name(cohort), size=size, active=detail if size >= SMALLEST else None)


def cells(connection: Connection, first: int, last: int) -> Cells:
    """Compter les personnes actives par cohorte et par semaine, de `first` à `last`, deux lundis."""
    rows = connection.execute(grouped(first, last))
    return {(cohort, week): int(people) for cohort, week, people in rows}


def grouped(first: int, last: int) -> Select[Any]:
    """Préparer la requête. Les cohortes d'avant `first`, et celle qu'on ignore, n'en font qu'une : `NO_COHORT`."""
    told = union_all(_living(first, last), _departed(first, last)).subquery("told")
    cohort = case((told.c.cohort >= first, told.c.cohort), else_=NO_COHORT).label("shown")
    return select(cohort, told.c.week, func.sum(told.c.people)).group_by("shown", told.c.week)


def _living(first: int, last: int) -> Select[Any]:
    """Lire les personnes présentes, une fois par semaine d'activité, celle de leur inscription comprise."""
    people = select(USERS.c.clerk_id, COHORT.label("cohort")).cte("people")
    noted = select(ACTIVITY.c.clerk_id, ACTIVITY.c.week).where(ACTIVITY.c.week.between(first, last))
    born = select(people.c.clerk_id, people.c.cohort).where(people.c.cohort.between(first, last))
    seen = union(noted, born).subquery("seen")
    cohort = func.coalesce(people.c.cohort, NO_COHORT).label("cohort")
    joined = seen.outerjoin(people, people.c.clerk_id == seen.c.clerk_id)
    return select(cohort, seen.c.week, literal(1).label("people")).select_from(joined)


def _departed(first: int, last: int) -> Select[Any]:
    """Lire les comptes des personnes effacées."""
    return select(DEPARTED).where(DEPARTED.c.week.between(first, last))
