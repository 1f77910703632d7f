"""L'export d'une personne (droit d'accès) : tout ce qui est conservé d'elle, pour l'administrateur seul."""

import hmac
import json
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from sqlalchemy import Engine, text
from sqlmodel import Session

# BEGIN SOLUTION (silent): une requête par table, avec le paramètre :clerk_id
# SELECT * : une colonne ajoutée plus tard figurera dans l'export sans que personne ait à y penser.
_QUERIES = {
    "users": text("SELECT * FROM users WHERE clerk_id = :clerk_id"),
    "sessions": text("SELECT * FROM sessions WHERE clerk_id = :clerk_id ORDER BY created_at"),
    "disclosures": text("SELECT * FROM disclosures WHERE clerk_id = :clerk_id ORDER BY id"),
    "outbox": text("SELECT * FROM outbox WHERE clerk_id = :clerk_id ORDER BY id"),
    # Les corps dont la personne est le sujet, et non ceux qui la citent : ils parleraient aussi d'une autre.
    "inbox": text(
        "SELECT * FROM inbox WHERE :clerk_id IN"
        " (json_extract(payload, '$.data.id'), json_extract(payload, '$.data.user_id')) ORDER BY received_at"
    ),
}
# END SOLUTION


def is_admin(authorization: str | None, token: str) -> bool:
    """Dire si l'en-tête `Authorization` porte le jeton d'administration.

    La comparaison se fait en temps constant : sa durée ne doit pas révéler combien de caractères sont justes.
    """
    # BEGIN SOLUTION: lisez le schéma Bearer et comparez le jeton en temps constant
    scheme, _, given = (authorization or "").partition(" ")
    # En octets : compare_digest refuse les chaînes qui sortent de l'ASCII.
    return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode())
    # END SOLUTION


def collect(session: Session, clerk_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rassembler, table par table, les lignes de la personne ; chaque `payload` y est décodé de son JSON."""
    # BEGIN SOLUTION: lisez chaque table
    found = {}
    for table, query in _QUERIES.items():
        rows = session.connection().execute(query, {"clerk_id": clerk_id}).mappings()
        found[table] = [readable(dict(row)) for row in rows]
    return found
    # END SOLUTION


# BEGIN SOLUTION (silent): une fonction à part pour décoder le JSON d'une ligne
def readable(row: dict[str, Any]) -> dict[str, Any]:
    """Décoder le `payload` de la ligne, s'il y en a un : du JSON dans du JSON ne se lit pas."""
    if row.get("payload") is not None:
        row["payload"] = json.loads(row["payload"])
    return row


# END SOLUTION


def add_export(app: FastAPI, engine: Engine, token: str) -> None:
    """Ajouter à l'application la route `GET /api/users/{clerk_id}/export`."""

    @app.get("/api/users/{clerk_id}/export")
    def export(clerk_id: str, authorization: Annotated[str | None, Header()] = None) -> dict[str, Any]:
        # BEGIN SOLUTION: 401 sans le jeton, 404 sans rien de conservé, sinon tout
        if not is_admin(authorization, token):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        with Session(engine) as session, session.begin():
            found = collect(session, clerk_id)
        # Une personne effacée ne se distingue pas d'une inconnue : ni l'une ni l'autre n'a laissé de ligne.
        if not any(found.values()):
            raise HTTPException(404)
        return found
        # END SOLUTION
