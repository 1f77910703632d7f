"""Trois états d'une même personne, livrés dans les six ordres possibles, sans et avec la garde de version."""

import sqlite3
from itertools import permutations

STATES = [(100, "Zoé Roy"), (200, "Zoé Roy-Lavoie"), (300, "Zoé Lavoie")]  # (updated_at, nom)

UPSERT = """
    INSERT INTO users VALUES ('user_zoe', :name, :version)
    ON CONFLICT (clerk_id) DO UPDATE SET name = excluded.name, version = excluded.version
"""
GUARD = " WHERE users.version < excluded.version"


def final_name(statement: str, arrivals: tuple[tuple[int, str], ...]) -> str:
    """Écrire les états dans l'ordre où ils arrivent, et rendre le nom qui reste."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE users (clerk_id TEXT PRIMARY KEY, name TEXT, version INTEGER)")
    for version, name in arrivals:
        base.execute(statement, {"name": name, "version": version})
    return str(base.execute("SELECT name FROM users").fetchone()[0])


print("ordre d'arrivée    sans garde        avec garde")
for arrivals in permutations(STATES):
    order = ", ".join(str(version) for version, _ in arrivals)
    print(f"{order:19}{final_name(UPSERT, arrivals):18}{final_name(UPSERT + GUARD, arrivals)}")
