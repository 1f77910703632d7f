"""Les effets dus, écrits dans `outbox` par la transaction qui les cause ; rien ne les envoie ici."""

import json
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

_INSERT = text(
    "INSERT INTO outbox (kind, clerk_id, svix_id, payload) VALUES (:kind, :clerk_id, :svix_id, :payload)"
)


def add_effect(
    session: Session, *, kind: str, clerk_id: str | None, svix_id: str, payload: dict[str, Any]
) -> None:
    """Inscrire un effet de la sorte `kind` ; `payload` est enregistré en JSON."""
    row = {
        "kind": kind,
        "clerk_id": clerk_id,
        "svix_id": svix_id,
        "payload": json.dumps(payload, ensure_ascii=False),
    }
    session.connection().execute(_INSERT, row)
