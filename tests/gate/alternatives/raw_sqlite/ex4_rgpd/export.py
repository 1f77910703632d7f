"""L'export : chaque table où la personne paraît, ligne par ligne."""

import json
import sqlite3
from typing import Any

QUERIES = {
    "profile": "SELECT * FROM users WHERE clerk_id = ?",
    "logins": "SELECT * FROM sessions WHERE clerk_id = ?",
    "recipients": "SELECT * FROM disclosures WHERE clerk_id = ?",
    "effects": "SELECT * FROM outbox WHERE clerk_id = ?",
    "events": "SELECT inbox.* FROM inbox JOIN about USING (svix_id) WHERE about.clerk_id = ?",
}


def export_of(db: sqlite3.Connection, clerk_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rendre les lignes de la personne, sans les tables où elle n'est pas."""
    found = {}
    for name, sql in QUERIES.items():
        cursor = db.execute(sql, (clerk_id,))
        columns = [column[0] for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
        if rows:
            found[name] = [row | {"payload": decoded(row.get("payload"))} for row in rows]
    return found


def decoded(payload: bytes | str | None) -> Any:
    """Relire un corps ou un effet gardé."""
    return None if payload is None else json.loads(payload)
