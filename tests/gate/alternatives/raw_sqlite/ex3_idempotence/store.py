"""Le traitement d'une livraison, d'un bout à l'autre d'une transaction BEGIN IMMEDIATE."""

import json
import sqlite3
import time
from typing import Any

SETUP = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS graves (clerk_id TEXT PRIMARY KEY);
"""


class Store:
    """Une connexion pour la vie du processus ; l'appelant n'y envoie qu'une livraison à la fois."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path, timeout=15, isolation_level=None, check_same_thread=False)
        self.db.executescript(SETUP)

    def handle(self, svix_id: str, body: bytes) -> None:
        """Tout écrire, ou rien si une seule écriture échoue."""
        event = json.loads(body)
        self.db.execute("BEGIN IMMEDIATE")
        try:
            if not self.found("SELECT 1 FROM inbox WHERE svix_id = ?", svix_id):
                outcome = self.apply(event["type"], event["data"], svix_id)
                row = (svix_id, event["type"], outcome, time.time_ns() // 10**6)
                self.db.execute("INSERT INTO inbox VALUES (?, ?, ?, ?)", row)
            self.db.execute("COMMIT")
        finally:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")

    def found(self, sql: str, key: str) -> bool:
        """Dire si la requête trouve quelque chose."""
        return self.db.execute(sql, (key,)).fetchone() is not None

    def apply(self, type_: str, data: dict[str, Any], svix_id: str) -> str:
        """Aiguiller selon le type."""
        if type_ == "session.created":
            return self.login(data["user_id"], svix_id)
        if type_ == "user.deleted":
            self.db.execute("DELETE FROM users WHERE clerk_id = ?", (data["id"],))
            self.db.execute("INSERT OR IGNORE INTO graves VALUES (?)", (data["id"],))
            return "processed"
        return self.save(data, svix_id) if type_ in ("user.created", "user.updated") else "ignored"

    def save(self, data: dict[str, Any], svix_id: str) -> str:
        """Créer la ligne, avec sa bienvenue, ou la mettre à jour si la version est plus récente."""
        clerk_id, version = data["id"], data["updated_at"]
        if self.found("SELECT 1 FROM graves WHERE clerk_id = ?", clerk_id):
            return "stale"
        by_id = {entry["id"]: entry["email_address"] for entry in data.get("email_addresses") or []}
        email = by_id.get(data.get("primary_email_address_id"))
        profile = (email, data.get("first_name"), data.get("last_name"), version)
        row = self.db.execute("SELECT clerk_updated_at FROM users WHERE clerk_id = ?", (clerk_id,)).fetchone()
        if row is None:
            self.db.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, NULL, 0)", (clerk_id, *profile))
            self.effect("welcome_email", clerk_id, svix_id, {"to": email})
        elif row[0] < version:
            columns = "email = ?, first_name = ?, last_name = ?, clerk_updated_at = ?"
            self.db.execute(f"UPDATE users SET {columns} WHERE clerk_id = ?", (*profile, clerk_id))
        else:
            return "stale"
        return "processed"

    def login(self, clerk_id: str, svix_id: str) -> str:
        """Compter la connexion d'un utilisateur connu."""
        sql = "UPDATE users SET login_count = login_count + 1 WHERE clerk_id = ?"
        if self.db.execute(sql, (clerk_id,)).rowcount == 0:
            return "ignored"
        self.effect("login_notice", clerk_id, svix_id, {})
        return "processed"

    def effect(self, kind: str, clerk_id: str, svix_id: str, payload: dict[str, Any]) -> None:
        """Inscrire un effet dû."""
        sql = "INSERT INTO outbox (kind, clerk_id, svix_id, payload) VALUES (?, ?, ?, ?)"
        self.db.execute(sql, (kind, clerk_id, svix_id, json.dumps(payload)))
