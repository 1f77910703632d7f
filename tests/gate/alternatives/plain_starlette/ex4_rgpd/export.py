"""L'export, pour qui détient le jeton."""

import hmac
import json

from sqlalchemy import Engine, text

SOURCES = {
    "users": "clerk_id = :id",
    "sessions": "clerk_id = :id",
    "disclosures": "clerk_id = :id",
    "outbox": "clerk_id = :id",
    "inbox": "json_extract(payload, '$.data.id') = :id OR json_extract(payload, '$.data.user_id') = :id",
}


def right_of(authorization: str | None, token: str) -> int | None:
    """Rendre le statut d'un refus, ou rien si le jeton est bon."""
    if authorization is None:
        return 401
    given = authorization.encode("utf-8")
    return None if hmac.compare_digest(given, f"Bearer {token}".encode()) else 403


def document(engine: Engine, clerk_id: str) -> str | None:
    """Rendre une liste JSON, une ligne de la base par ligne de texte ; rien si la personne n'a rien."""
    lines = []
    with engine.connect() as connection:
        for table, where in SOURCES.items():
            rows = connection.execute(text(f"SELECT * FROM {table} WHERE {where}"), {"id": clerk_id})
            lines += [json.dumps([table, dict(row)]) for row in rows.mappings()]
    return "[" + ",\n".join(lines) + "]" if lines else None
