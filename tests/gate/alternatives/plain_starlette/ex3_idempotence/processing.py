"""Une livraison, une transaction."""

import time
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import sqlite

from .base import Base


def process(base: Base, svix_id: str, event: dict[str, Any]) -> str:
    """Compter la tentative, appliquer l'événement s'il est nouveau, et l'inscrire avec son issue."""
    with base.engine.begin() as connection:
        attempt = sqlite.insert(base.attempts).values(svix_id=svix_id, n=1)
        connection.execute(attempt.on_conflict_do_update(set_={"n": base.attempts.c.n + 1}))
        known = select(base.inbox.c.outcome).where(base.inbox.c.svix_id == svix_id)
        if connection.scalar(known) is not None:
            return "duplicate"
        outcome = Work(base, connection, svix_id).apply(event["type"], event["data"], event["timestamp"])
        row = {"svix_id": svix_id, "type": event["type"], "outcome": outcome}
        row["received_at"] = int(time.time() * 1000)
        connection.execute(insert(base.inbox).values(row))
    return outcome


class Work:
    """Ce que fait une livraison dans sa transaction ; le verrou d'écriture est déjà pris."""

    def __init__(self, base: Base, connection: Connection, svix_id: str) -> None:
        self.base, self.connection, self.svix_id = base, connection, svix_id

    def apply(self, type_: str, data: dict[str, Any], timestamp: int) -> str:
        """Aiguiller selon le type."""
        if type_ in ("user.created", "user.updated"):
            return self.save(data)
        if type_ == "user.deleted":
            return self.delete(data["id"], timestamp)
        return self.login(data["user_id"]) if type_ == "session.created" else "ignored"

    def change(self, clerk_id: str, values: dict[str, Any]) -> None:
        """Changer la ligne d'un utilisateur."""
        users = self.base.users
        self.connection.execute(update(users).where(users.c.clerk_id == clerk_id).values(values))

    def find(self, clerk_id: str) -> Any:
        """Rendre la ligne d'un utilisateur, ou rien."""
        users = self.base.users
        return self.connection.execute(select(users).where(users.c.clerk_id == clerk_id)).first()

    def save(self, data: dict[str, Any]) -> str:
        """Créer ou mettre à jour."""
        emails = {entry["id"]: entry["email_address"] for entry in data["email_addresses"]}
        values = {
            "email": emails.get(data["primary_email_address_id"]),
            "first_name": data["first_name"],
            "last_name": data["last_name"],
            "clerk_updated_at": data["updated_at"],
        }
        known = self.find(data["id"])
        if known is None:
            self.connection.execute(insert(self.base.users).values({**values, "clerk_id": data["id"]}))
            self.owe("welcome_email", data["id"])
        elif known.deleted_at is None and known.clerk_updated_at < data["updated_at"]:
            self.change(data["id"], values)
        else:
            return "stale"
        return "processed"

    def delete(self, clerk_id: str, at: int) -> str:
        """Marquer la suppression."""
        if self.find(clerk_id) is None:
            row = {"clerk_id": clerk_id, "clerk_updated_at": at, "deleted_at": at}
            self.connection.execute(insert(self.base.users).values(row))
        else:
            self.change(clerk_id, {"deleted_at": at, "email": None, "first_name": None, "last_name": None})
        return "processed"

    def login(self, clerk_id: str) -> str:
        """Compter une connexion."""
        known = self.find(clerk_id)
        if known is None or known.deleted_at is not None:
            return "ignored"
        self.change(clerk_id, {"login_count": known.login_count + 1})
        self.owe("login_notice", clerk_id)
        return "processed"

    def owe(self, kind: str, clerk_id: str) -> None:
        """Inscrire un effet."""
        row = {"kind": kind, "clerk_id": clerk_id, "svix_id": self.svix_id, "payload": '{"lang":"fr"}'}
        self.connection.execute(insert(self.base.outbox).values(row))
