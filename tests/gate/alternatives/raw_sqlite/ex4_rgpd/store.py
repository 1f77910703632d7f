"""Les écritures, en mode WAL et sous BEGIN IMMEDIATE ; `about` dit de qui parle chaque corps gardé."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from .erasure import Register

SETUP = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS about (clerk_id TEXT, svix_id TEXT, PRIMARY KEY (clerk_id, svix_id));
CREATE INDEX IF NOT EXISTS outbox_by_person ON outbox (clerk_id);
"""
WHO = {"user.created": "id", "user.updated": "id", "user.deleted": "id", "session.created": "user_id"}


class Store:
    """La base, ouverte pour chaque transaction."""

    def __init__(self, path: str, register: Register) -> None:
        self.path, self.register = path, register
        with closing(sqlite3.connect(path, timeout=10)) as db:
            db.executescript(SETUP)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Prendre le verrou, valider à la fin, ou tout annuler."""
        with closing(sqlite3.connect(self.path, timeout=10, isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete = ON")
            db.execute("BEGIN IMMEDIATE")
            with db:
                yield db

    def handle(self, svix_id: str, body: bytes) -> str:
        """Traiter une livraison une fois, et rendre son issue."""
        event = json.loads(body)
        with self.transaction() as db:
            if db.execute("SELECT 1 FROM inbox WHERE svix_id = ?", (svix_id,)).fetchone():
                return "duplicate"
            outcome, kept = self.apply(db, event, svix_id)
            row = (svix_id, event["type"], outcome, time.time_ns() // 10**6, body if kept else None)
            db.execute("INSERT INTO inbox VALUES (?, ?, ?, ?, ?)", row)
            if kept:
                db.execute("INSERT INTO about VALUES (?, ?)", (event["data"][WHO[event["type"]]], svix_id))
        return outcome

    def apply(self, db: sqlite3.Connection, event: dict[str, Any], svix_id: str) -> tuple[str, bool]:
        """Rendre l'issue, et dire si le corps se garde : ni celui d'un effacé, ni celui d'un type inutile."""
        if event["type"] not in WHO:
            return "ignored", False
        clerk_id = event["data"][WHO[event["type"]]]
        if self.register.knows(db, clerk_id):
            return "stale", False
        if event["type"] == "user.deleted":
            self.register.erase(db, clerk_id, svix_id)
            return "processed", False
        if event["type"] == "session.created":
            return login(db, event, svix_id), True
        return save(db, event["data"], svix_id), True


def save(db: sqlite3.Connection, data: dict[str, Any], svix_id: str) -> str:
    """Écrire la personne si la version est plus récente ; sa bienvenue si sa ligne vient de naître."""
    emails = {entry["id"]: entry["email_address"] for entry in data.get("email_addresses") or []}
    email = emails.get(data.get("primary_email_address_id"))
    row = {"id": data["id"], "email": email, "first": data.get("first_name"), "last": data.get("last_name")}
    row["version"] = data["updated_at"]
    known = db.execute("SELECT clerk_updated_at FROM users WHERE clerk_id = ?", (data["id"],)).fetchone()
    if known is None:
        db.execute("INSERT INTO users VALUES (:id, :email, :first, :last, :version, NULL, 0)", row)
        effect(db, "welcome_email", data["id"], svix_id)
    elif known[0] >= data["updated_at"]:
        return "stale"
    columns = "email = :email, first_name = :first, last_name = :last, clerk_updated_at = :version"
    db.execute(f"UPDATE users SET {columns} WHERE clerk_id = :id", row)
    return "processed"


def login(db: sqlite3.Connection, event: dict[str, Any], svix_id: str) -> str:
    """Inscrire la connexion, la compter, l'annoncer."""
    data = event["data"]
    request = (event.get("event_attributes") or {}).get("http_request") or {}
    ip_address = request.get("client_ip") or (data.get("latest_activity") or {}).get("ip_address")
    row = (data["id"], data["user_id"], ip_address, request.get("user_agent"), data["created_at"])
    db.execute("INSERT OR IGNORE INTO sessions VALUES (?, ?, ?, ?, ?)", row)
    db.execute("UPDATE users SET login_count = login_count + 1 WHERE clerk_id = ?", (data["user_id"],))
    effect(db, "login_notice", data["user_id"], svix_id)
    return "processed"


def effect(db: sqlite3.Connection, kind: str, clerk_id: str, svix_id: str) -> None:
    """Inscrire un effet ; qui l'enverra lira l'adresse dans `users`, à jour."""
    db.execute("INSERT INTO outbox (kind, clerk_id, svix_id) VALUES (?, ?, ?)", (kind, clerk_id, svix_id))
