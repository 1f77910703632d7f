"""L'export d'une personne (droit d'accès) : tout ce qui est conservé d'elle, pour l'administrateur seul."""

import hmac
import json
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from sqlalchemy import Engine, text
from sqlmodel import Session

# TODO : une requête par table, avec le paramètre :clerk_id


def is_admin(authorization: str | None, token: str) -> bool:
    """Dire si l'en-tête `Authorization` porte le jeton d'administration.

    La comparaison se fait en temps constant : sa durée ne doit pas révéler combien de caractères sont justes.
    """
    raise NotImplementedError("TODO : lisez le schéma Bearer et comparez le jeton en temps constant")


def collect(session: Session, clerk_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rassembler, table par table, les lignes de la personne ; chaque `payload` y est décodé de son JSON."""
    raise NotImplementedError("TODO : lisez chaque table")


# TODO : une fonction à part pour décoder le JSON d'une ligne


def add_export(app: FastAPI, engine: Engine, token: str) -> None:
    """Ajouter à l'application la route `GET /api/users/{clerk_id}/export`."""

    @app.get("/api/users/{clerk_id}/export")
    def export(clerk_id: str, authorization: Annotated[str | None, Header()] = None) -> dict[str, Any]:
        raise NotImplementedError("TODO : 401 sans le jeton, 404 sans rien de conservé, sinon tout")
