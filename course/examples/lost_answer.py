"""Le serveur tombe pendant une livraison. L'expéditeur n'a pas de réponse : doit-il renvoyer ?"""

import contextlib
import sqlite3

TABLES = "CREATE TABLE users AS SELECT 0 AS visits; CREATE TABLE inbox (svix_id TEXT PRIMARY KEY)"
CLAIM = "INSERT INTO inbox VALUES ('msg_2fQ') ON CONFLICT DO NOTHING RETURNING svix_id"
POLICIES = {  # la règle, le nombre de tentatives, la boîte de réception
    "ne pas renvoyer": (1, False),
    "renvoyer": (2, False),
    "renvoyer, avec une boîte": (2, True),
}


class CrashError(Exception):
    """Le processus s'arrête : la transaction ouverte est annulée, celle qui est validée reste."""


def receive(database: sqlite3.Connection, crash: str, *, inbox: bool) -> None:
    """Compter une visite, en une transaction : `with` valide à la sortie, ou annule si une exception passe."""
    with database:
        if inbox and database.execute(CLAIM).fetchone() is None:
            return
        database.execute("UPDATE users SET visits = visits + 1")
        if crash == "avant COMMIT":
            raise CrashError
    if crash == "après COMMIT":
        raise CrashError


print(f"{'une visite à compter, panne':34}{'avant COMMIT':>14}{'après COMMIT':>14}")
for policy, (attempts, inbox) in POLICIES.items():
    counts = []
    for crash in ("avant COMMIT", "après COMMIT"):
        database = sqlite3.connect(":memory:")
        database.executescript(TABLES)
        for happening in [crash, ""][:attempts]:
            with contextlib.suppress(CrashError):  # l'expéditeur ne voit que ceci : aucune réponse
                receive(database, happening, inbox=inbox)
        counts += database.execute("SELECT visits FROM users").fetchone()
    print(f"{policy:34}{counts[0]:>14}{counts[1]:>14}")
