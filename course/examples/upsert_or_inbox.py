"""Quatre livraisons, dont un doublon et une plus ancienne : ce que chaque protection arrête, seule ou non."""

import sqlite3

DELIVERIES = [
    ("msg_B", "user.updated", 200, "Noémie"),
    ("msg_C", "session.created", 0, ""),
    ("msg_C", "session.created", 0, ""),  # la réponse s'est perdue : le même message revient
    ("msg_A", "user.updated", 100, "Noemi"),  # sa première tentative avait échoué
]
TABLES = """CREATE TABLE inbox (svix_id TEXT PRIMARY KEY);
CREATE TABLE users (id TEXT PRIMARY KEY, version INTEGER, name TEXT, logins INTEGER DEFAULT 0);"""
# --8<-- [start:treat]
CLAIM = "INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING RETURNING 1"
UPSERT = """INSERT INTO users (id, version, name) VALUES ('u1', ?, ?)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name"""
GUARD = " WHERE users.version < excluded.version"


def play(*, inbox: bool, guard: bool) -> str:
    """Traiter les livraisons dans une base neuve, et dire ce qu'il en reste."""
    base = sqlite3.connect(":memory:")
    base.executescript(TABLES)
    for svix_id, kind, version, name in DELIVERIES:
        with base:  # une transaction
            if inbox and not base.execute(CLAIM, (svix_id,)).fetchone():
                continue
            if kind == "session.created":
                base.execute("UPDATE users SET logins = logins + 1")
            else:
                base.execute(UPSERT + GUARD * guard, (version, name))
    row = base.execute("SELECT name, logins FROM users").fetchone()
    return "{:7} connexions : {}".format(*row)
    # --8<-- [end:treat]


print("upsert seul               ", play(inbox=False, guard=False))
print("+ boîte de réception      ", play(inbox=True, guard=False))
print("+ garde de version        ", play(inbox=False, guard=True))
print("+ les deux                ", play(inbox=True, guard=True))
