"""L'effacement : avertir, effacer, inscrire au registre."""

import hmac
import json
import sqlite3
import time

ERASE = (
    "UPDATE inbox SET payload = NULL WHERE svix_id IN (SELECT svix_id FROM about WHERE clerk_id = :id)",
    "UPDATE outbox SET clerk_id = NULL, payload = NULL WHERE clerk_id = :id",
    "DELETE FROM about WHERE clerk_id = :id",
    "DELETE FROM disclosures WHERE clerk_id = :id",
    "DELETE FROM sessions WHERE clerk_id = :id",
    "DELETE FROM users WHERE clerk_id = :id",
)


class Register:
    """Le registre des effacements, qui ne connaît les personnes que par leur empreinte."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def subject(self, clerk_id: str) -> str:
        """Rendre l'empreinte d'une personne, en hexadécimal."""
        return hmac.digest(self._key, clerk_id.encode(), "sha256").hex()

    def knows(self, db: sqlite3.Connection, clerk_id: str) -> bool:
        """Dire si la personne a été effacée."""
        sql = "SELECT EXISTS (SELECT 1 FROM erasure_register WHERE subject = ?)"
        return bool(db.execute(sql, (self.subject(clerk_id),)).fetchone()[0])

    def erase(self, db: sqlite3.Connection, clerk_id: str, svix_id: str) -> None:
        """Effacer la personne de toutes les tables, dans la transaction de l'appelant."""
        disclosed = db.execute("SELECT recipient_ref FROM disclosures WHERE clerk_id = ?", (clerk_id,))
        notices = [("art19", svix_id, json.dumps({"recipient_ref": ref})) for (ref,) in disclosed.fetchall()]
        for statement in ERASE:
            db.execute(statement, {"id": clerk_id})
        db.executemany("INSERT INTO outbox (kind, svix_id, payload) VALUES (?, ?, ?)", notices)
        row = (svix_id, self.subject(clerk_id), int(time.time() * 1000))
        db.execute("INSERT INTO erasure_register (svix_id, subject, erased_at) VALUES (?, ?, ?)", row)
