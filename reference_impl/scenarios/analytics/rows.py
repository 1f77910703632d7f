"""Ce que compte ce scénario : les semaines d'activité, les comptes anonymes, et l'inscription, lue dans `users`."""

from sqlalchemy import Table, func

from reference_impl.scenarios.analytics.weeks import monday
from reference_impl.store.users import USERS
from reference_impl.tables import ActivityWeek, DepartedActivity

ACTIVITY: Table = ActivityWeek.__table__  # type: ignore[attr-defined]
DEPARTED: Table = DepartedActivity.__table__  # type: ignore[attr-defined]

ANALYTICS_TABLES = (ACTIVITY,)
"""Les tables où `clerk_id` dit à qui est une ligne : l'effacement et l'export les parcourent."""

COHORT = monday(func.coalesce(USERS.c.clerk_created_at, USERS.c.first_seen_at))
"""La semaine d'inscription d'une ligne de `users` : celle du compte chez Clerk, à défaut celle où il a été connu ici.

Un compte ancien, que trouve une réconciliation, garde ainsi sa semaine.
"""

NO_COHORT = -1
"""À la place d'une semaine d'inscription que l'on ne connaît pas ; ce n'est pas un lundi."""
