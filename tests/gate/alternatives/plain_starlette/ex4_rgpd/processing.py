"""Une livraison, une transaction ; toute ligne d'`inbox` naît nue, le corps y vient après."""

import json
from typing import Any

from sqlalchemy import Connection, Engine, text

from .erasure import erase, fingerprint, is_erased

NOW = "CAST(strftime('%s', 'now') AS INTEGER) * 1000"
CLAIM = f"INSERT OR IGNORE INTO inbox VALUES (:svix_id, :type, 'processed', {NOW}, NULL) RETURNING 1"
SAVE = (
    "INSERT INTO users (clerk_id, email, first_name, last_name, clerk_updated_at)"
    " VALUES (:id, :email, :first_name, :last_name, :updated_at)"
    " ON CONFLICT (clerk_id) DO UPDATE SET (email, first_name, last_name, clerk_updated_at) ="
    " (excluded.email, excluded.first_name, excluded.last_name, excluded.clerk_updated_at)"
    " WHERE excluded.clerk_updated_at > users.clerk_updated_at RETURNING clerk_id"
)
LOGIN = "INSERT OR IGNORE INTO sessions VALUES (:session, :id, :ip, :agent, :created_at)"
COUNT = "UPDATE users SET login_count = login_count + 1 WHERE clerk_id = :id"
EFFECT = "INSERT INTO outbox (kind, clerk_id, svix_id, payload) VALUES (:kind, :id, :svix_id, :payload)"
WHO = {"user.created": "id", "user.updated": "id", "user.deleted": "id", "session.created": "user_id"}


class Processor:
    """Traite les livraisons vérifiées."""

    def __init__(self, engine: Engine, key: str) -> None:
        self.engine, self.key = engine, key

    def process(self, svix_id: str, event: dict[str, Any], body: str) -> str:
        """Traiter une livraison, et rendre son issue."""
        with self.engine.begin() as connection:
            if not connection.execute(text(CLAIM), {"svix_id": svix_id, "type": event["type"]}).all():
                return "duplicate"
            outcome, kept = self.apply(connection, svix_id, event)
            settled = "UPDATE inbox SET outcome = :outcome, payload = :body WHERE svix_id = :svix_id"
            values = {"outcome": outcome, "body": body if kept else None, "svix_id": svix_id}
            connection.execute(text(settled), values)
        return outcome

    def apply(self, connection: Connection, svix_id: str, event: dict[str, Any]) -> tuple[str, bool]:
        """Rendre l'issue, et dire si le corps se garde."""
        if event["type"] not in WHO:
            return "ignored", False
        clerk_id = event["data"][WHO[event["type"]]]
        subject = fingerprint(clerk_id, self.key)
        if is_erased(connection, subject):
            return "erased", False
        if event["type"] == "user.deleted":
            erase(connection, clerk_id, svix_id, subject)
            return "processed", False
        handler = record_login if event["type"] == "session.created" else record_user
        return handler(connection, svix_id, event), True


def record_user(connection: Connection, svix_id: str, event: dict[str, Any]) -> str:
    """Écrire la personne ; sa bienvenue, si la table ne la connaissait pas."""
    data = event["data"]
    emails = {entry["id"]: entry["email_address"] for entry in data["email_addresses"]}
    row = {name: data[name] for name in ("id", "first_name", "last_name", "updated_at")}
    row["email"] = emails.get(data["primary_email_address_id"])
    known = connection.scalar(text("SELECT count(*) FROM users WHERE clerk_id = :id"), row)
    if connection.execute(text(SAVE), row).first() is None:
        return "stale"
    if not known:
        payload = json.dumps({"to": row["email"], "name": [row["first_name"], row["last_name"]]})
        effect = {"kind": "welcome_email", "id": row["id"], "svix_id": svix_id, "payload": payload}
        connection.execute(text(EFFECT), effect)
    return "processed"


def record_login(connection: Connection, svix_id: str, event: dict[str, Any]) -> str:
    """Inscrire la connexion, la compter, l'annoncer."""
    data = event["data"]
    request = (event.get("event_attributes") or {}).get("http_request") or {}
    row = {"session": data["id"], "id": data["user_id"], "created_at": data["created_at"]}
    row |= {"ip": request.get("client_ip"), "agent": request.get("user_agent")}
    connection.execute(text(LOGIN), row)
    connection.execute(text(COUNT), row)
    effect = {
        "kind": "login_notice",
        "id": data["user_id"],
        "svix_id": svix_id,
        "payload": '"' + data["id"] + '"',
    }
    connection.execute(text(EFFECT), effect)
    return "processed"
