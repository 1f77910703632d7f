"""L'effacement, en SQL."""

import hashlib
import hmac

from sqlalchemy import Connection, text

# La base fait l'avis elle-même.
NOTIFY = """
    INSERT INTO outbox (kind, svix_id, payload)
    SELECT 'art19', :svix_id, json_object('recipient', recipient, 'recipient_ref', recipient_ref)
    FROM disclosures WHERE clerk_id = :id
"""
REGISTER = """
    INSERT INTO erasure_register (svix_id, subject, erased_at)
    VALUES (:svix_id, :subject, CAST(strftime('%s', 'now') AS INTEGER) * 1000)
"""
STEPS = (
    NOTIFY,  # avant que les communications ne partent
    "DELETE FROM users WHERE clerk_id = :id",
    "DELETE FROM sessions WHERE clerk_id = :id",
    "DELETE FROM disclosures WHERE clerk_id = :id",
    "DELETE FROM outbox WHERE clerk_id = :id",
    "UPDATE inbox SET payload = NULL WHERE json_extract(payload, '$.data.id') = :id",
    "UPDATE inbox SET payload = NULL WHERE json_extract(payload, '$.data.user_id') = :id",
    REGISTER,
)


def fingerprint(clerk_id: str, key: str) -> str:
    """Rendre l'empreinte de la personne."""
    return hmac.new(bytes(key, "utf-8"), bytes(clerk_id, "utf-8"), hashlib.sha256).hexdigest()


def erase(connection: Connection, clerk_id: str, svix_id: str, subject: str) -> None:
    """Dérouler les étapes dans la transaction de l'appelant."""
    values = {"id": clerk_id, "svix_id": svix_id, "subject": subject}
    for step in STEPS:
        connection.execute(text(step), values)


def is_erased(connection: Connection, subject: str) -> bool:
    """Chercher l'empreinte au registre."""
    found = text("SELECT count(*) FROM erasure_register WHERE subject = :subject")
    return bool(connection.scalar(found, {"subject": subject}))
