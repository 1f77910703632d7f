"""Les écritures : un verrou pris d'emblée, si bien que lire puis décider en Python est sans danger."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

Profile = tuple[str | None, str | None, str | None]
"""E-mail, prénom, nom."""

SETUP = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS graves (clerk_id TEXT PRIMARY KEY, dug_at INTEGER NOT NULL) WITHOUT ROWID;
"""


class Store:
    """La base, ouverte pour chaque transaction et refermée aussitôt."""

    def __init__(self, path: str) -> None:
        self.path = path
        with closing(sqlite3.connect(path, timeout=10)) as db:
            db.executescript(SETUP)

    @contextmanager
    def exclusive(self) -> Iterator[sqlite3.Connection]:
        """Attendre le verrou d'écriture, puis le garder jusqu'au COMMIT."""
        with closing(sqlite3.connect(self.path, timeout=10, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    def save(self, clerk_id: str, profile: Profile, version: int) -> None:
        """Écrire le profil s'il est plus récent, et si personne n'a supprimé l'utilisateur."""
        with self.exclusive() as db:
            if db.execute("SELECT 1 FROM graves WHERE clerk_id = ?", (clerk_id,)).fetchone():
                return
            row = db.execute("SELECT clerk_updated_at FROM users WHERE clerk_id = ?", (clerk_id,)).fetchone()
            if row is None:
                db.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, NULL)", (clerk_id, *profile, version))
            elif row[0] < version:
                sql = (
                    "UPDATE users SET email = ?, first_name = ?, last_name = ?, clerk_updated_at = ?"
                    " WHERE clerk_id = ?"
                )
                db.execute(sql, (*profile, version, clerk_id))

    def remove(self, clerk_id: str, at: int) -> None:
        """Retirer la ligne et creuser la tombe ; `at` est en millisecondes."""
        with self.exclusive() as db:
            db.execute("DELETE FROM users WHERE clerk_id = ?", (clerk_id,))
            db.execute("INSERT OR IGNORE INTO graves VALUES (?, ?)", (clerk_id, at))
