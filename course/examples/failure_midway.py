"""Une panne entre deux écritures, puis la nouvelle tentative : trois façons de placer le COMMIT."""

import sqlite3
from collections.abc import Iterator

CLAIM = "INSERT INTO inbox VALUES ('msg_1') ON CONFLICT DO NOTHING RETURNING svix_id"
COUNT = "UPDATE users SET logins = logins + 1"

MARK_FIRST = [CLAIM, "COMMIT", "panne", COUNT, "COMMIT"]
MARK_LAST = [COUNT, "COMMIT", "panne", CLAIM, "COMMIT"]
TOGETHER = [CLAIM, "panne", COUNT, "COMMIT"]


def attempt(base: sqlite3.Connection, steps: Iterator[str], *, failing: bool) -> str:
    """Faire une tentative, et rendre la réponse qu'elle donne à Svix."""
    base.execute("BEGIN")
    for step in steps:
        if step == "panne":
            if failing:
                base.rollback()
                return "503"
        elif step == "COMMIT":
            base.commit()
        elif step == CLAIM and base.execute(CLAIM).fetchone() is None:
            base.rollback()
            return "204, doublon"
        elif step == COUNT:
            base.execute(COUNT)
    return "204"


for label, steps in [("marquer avant", MARK_FIRST), ("marquer après", MARK_LAST), ("ensemble", TOGETHER)]:
    base = sqlite3.connect(":memory:")
    base.executescript("CREATE TABLE inbox (svix_id PRIMARY KEY); CREATE TABLE users AS SELECT 0 AS logins")
    answers = [attempt(base, iter(steps), failing=failing) for failing in (True, False)]
    (logins,) = base.execute("SELECT logins FROM users").fetchone()
    print(f"{label:15}{answers[0]} puis {answers[1]:14}connexions : {logins}")
