"""Les écritures, chacune sous BEGIN IMMEDIATE, en mode WAL."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from .reading import Event, Unusable, millis, primary_email, words

SETUP = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS graves (clerk_id TEXT PRIMARY KEY, dug_at INTEGER NOT NULL);
"""


def now() -> int:
    """L'instant présent, en millisecondes."""
    return time.time_ns() // 10**6


class Store:
    """La base, ouverte pour chaque transaction."""

    def __init__(self, path: str) -> None:
        self.path = path
        with closing(self.open()) as db:
            db.executescript(SETUP)

    def open(self) -> sqlite3.Connection:
        """Ouvrir une connexion, patiente devant le verrou."""
        return sqlite3.connect(self.path, timeout=10, isolation_level=None)

    def is_readable(self) -> bool:
        """Dire si une table se lit."""
        try:
            with closing(self.open()) as db:
                db.execute("SELECT count(*) FROM dead_letters").fetchone()
        except sqlite3.Error:
            return False
        return True

    @contextmanager
    def exclusive(self) -> Iterator[sqlite3.Connection]:
        """Tenir le verrou d'écriture jusqu'au COMMIT, ou tout annuler."""
        with closing(self.open()) as db:
            db.execute("BEGIN IMMEDIATE")
            with db:
                yield db

    def once(self, svix_id: str, type_: str | None, work: Callable[[sqlite3.Connection], str]) -> str:
        """Faire le travail si la livraison est nouvelle, et l'inscrire avec son issue."""
        with self.exclusive() as db:
            if db.execute("SELECT 1 FROM inbox WHERE svix_id = ?", (svix_id,)).fetchone():
                return "duplicate"
            outcome = work(db)
            db.execute("INSERT INTO inbox VALUES (?, ?, ?, ?)", (svix_id, type_, outcome, now()))
        return outcome

    def bury(self, svix_id: str, problem: Unusable) -> str:
        """Inscrire une livraison inutilisable."""

        def work(db: sqlite3.Connection) -> str:
            sql = "INSERT INTO dead_letters (svix_id, type, reason, received_at) VALUES (?, ?, ?, ?)"
            db.execute(sql, (svix_id, problem.type, problem.reason, now()))
            return "dead"

        return self.once(svix_id, problem.type, work)

    def handle(self, svix_id: str, event: Event) -> str:
        """Appliquer un événement."""
        return self.once(svix_id, event.type, lambda db: apply(db, svix_id, event))


def apply(db: sqlite3.Connection, svix_id: str, event: Event) -> str:
    """Aiguiller selon le type, et rendre l'issue."""
    if event.person is None:
        return "ignored"
    if db.execute("SELECT 1 FROM graves WHERE clerk_id = ?", (event.person,)).fetchone():
        return "stale"
    if event.type == "user.deleted":
        db.execute("DELETE FROM users WHERE clerk_id = ?", (event.person,))
        db.execute("INSERT INTO graves VALUES (?, ?)", (event.person, event.at or now()))
        return "processed"
    if event.type == "session.created":
        return login(db, svix_id, event.person)
    return save(db, svix_id, event, event.person)


def save(db: sqlite3.Connection, svix_id: str, event: Event, person: str) -> str:
    """Créer la ligne, ou la mettre à jour si la version est plus récente."""
    data = event.data
    version = millis(data.get("updated_at")) or event.at or now()
    profile = (primary_email(data), words(data.get("first_name")), words(data.get("last_name")), version)
    row = db.execute("SELECT clerk_updated_at FROM users WHERE clerk_id = ?", (person,)).fetchone()
    if row is None:
        db.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, NULL, 0)", (person, *profile))
        effect(db, "welcome_email", person, svix_id)
    elif row[0] >= version:
        return "stale"
    columns = "email = ?, first_name = ?, last_name = ?, clerk_updated_at = ?"
    db.execute(f"UPDATE users SET {columns} WHERE clerk_id = ?", (*profile, person))
    return "processed"


def login(db: sqlite3.Connection, svix_id: str, person: str) -> str:
    """Compter une connexion."""
    sql = "UPDATE users SET login_count = login_count + 1 WHERE clerk_id = ?"
    if not db.execute(sql, (person,)).rowcount:
        return "ignored"
    effect(db, "login_notice", person, svix_id)
    return "processed"


def effect(db: sqlite3.Connection, kind: str, person: str, svix_id: str) -> None:
    """Inscrire un effet dû."""
    db.execute("INSERT INTO outbox (kind, clerk_id, svix_id) VALUES (?, ?, ?)", (kind, person, svix_id))
