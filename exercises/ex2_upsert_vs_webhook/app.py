"""Le serveur de l'exercice 2 : deux chemins, la livraison et la connexion, vers une même ligne."""

import os
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Header, Response
from sqlmodel import Session

from ex2_upsert_vs_webhook.snapshot import UserSnapshot
from ex2_upsert_vs_webhook.sync import delete_user, read_user, upsert_user
from kit.database import create_tables, open_engine
from kit.deliveries import VerifiedDelivery
from kit.events import Event, parse
from kit.receiver import build_app
from kit.session_token import InvalidTokenError, SessionClaims, verify_session_token


def apply(session: Session, event: Event) -> None:
    """Confier l'événement à la fonction qui le concerne ; un type inconnu n'a rien à écrire."""
    match event.type:
        case "user.created" | "user.updated":
            upsert_user(session, read_user(event.data))
        case "user.deleted":
            # Le corps d'une suppression n'a pas d'`updated_at` : l'instant de l'enveloppe en tient lieu.
            delete_user(session, event.data["id"], event.timestamp)


def snapshot_of(claims: SessionClaims) -> UserSnapshot:
    """Lire l'instantané dans un jeton vérifié : il est aussi vieux que le jeton (`iat`, en secondes)."""
    return UserSnapshot(
        clerk_id=claims.clerk_id,
        email=claims.email,
        first_name=claims.first_name,
        last_name=claims.last_name,
        clerk_updated_at=claims.issued_at * 1000,
    )


def create_app() -> FastAPI:
    """Monter l'application : la route des livraisons vient du kit, celle de la connexion s'y ajoute."""
    engine = open_engine(os.environ["DATABASE_URL"])
    create_tables(engine, Path(__file__).with_name("schema.sql"))
    # Dans un fichier .env, les fins de ligne du PEM s'écrivent souvent « \n », en deux caractères.
    jwt_key = os.environ["CLERK_JWT_KEY"].replace("\\n", "\n")
    parties = os.environ["CLERK_AUTHORIZED_PARTIES"].split()

    def handle(delivery: VerifiedDelivery) -> None:
        # Une livraison, une transaction ; la réponse 2xx ne part qu'après le COMMIT de la fin du bloc.
        with Session(engine) as session, session.begin():
            apply(session, parse(delivery))

    app = build_app(handle)

    @app.post("/api/session/sync")
    def sync_session(authorization: Annotated[str | None, Header()] = None) -> Response:
        try:
            claims = verify_session_token(authorization, jwt_key, parties)
        except InvalidTokenError:
            return Response(status_code=401)
        with Session(engine) as session, session.begin():
            upsert_user(session, snapshot_of(claims))
        return Response(status_code=204)

    return app
