"""Trois événements d'une même personne, dans les six ordres d'arrivée, et deux façons de les écrire."""

import itertools
import sqlite3

EVENTS = [("créée", 1, "zoe@example.com"), ("modifiée", 2, "zoe@example.org"), ("supprimée", 3, None)]
LAST_ONE_WINS = """
    INSERT INTO users VALUES ('user_zoe', :email, :version)
    ON CONFLICT (clerk_id) DO UPDATE SET email = excluded.email, version = excluded.version
"""
NEWEST_WINS = LAST_ONE_WINS + " WHERE users.version < excluded.version"


def final_email(order: tuple[tuple[str, int, str | None], ...], *, versioned: bool) -> str:
    """Écrire les événements dans cet ordre, et rendre l'adresse qui reste."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE users (clerk_id TEXT PRIMARY KEY, email TEXT, version INT)")
    for _, version, email in order:
        if versioned:  # une suppression laisse une ligne vide, la pierre tombale
            database.execute(NEWEST_WINS, {"email": email, "version": version})
        elif email:
            database.execute(LAST_ONE_WINS, {"email": email, "version": version})
        else:
            database.execute("DELETE FROM users")
    row = database.execute("SELECT email FROM users").fetchone()
    return row[0] if row and row[0] else "aucune donnée"


print("ordre d'arrivée".ljust(34) + "la dernière arrivée".ljust(22) + "la plus récente")
for order in itertools.permutations(EVENTS):
    names = ", ".join(name for name, *_ in order)
    print(f"{names:34}{final_email(order, versioned=False):22}{final_email(order, versioned=True)}")
