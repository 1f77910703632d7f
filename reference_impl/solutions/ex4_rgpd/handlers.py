"""Ce que les événements changent dans les tables : l'exercice 3, plus les connexions et les corps gardés."""

import json

from sqlalchemy import text
from sqlmodel import Session

from kit.deliveries import VerifiedDelivery
from kit.effects import add_effect
from kit.events import Event
from kit.users import Change, read_user, upsert_user

PERSON_FIELD = {
    "user.created": "id",
    "user.updated": "id",
    "user.deleted": "id",
    "session.created": "user_id",
}
"""Les types traités, et le champ de `data` où chacun nomme la personne."""

_KEEP = text("UPDATE inbox SET payload = :payload WHERE svix_id = :svix_id")
_ADD_SESSION = text(
    "INSERT INTO sessions (session_id, clerk_id, ip_address, user_agent, created_at)"
    " VALUES (:session_id, :clerk_id, :ip_address, :user_agent, :created_at)"
    " ON CONFLICT (session_id) DO NOTHING"
)
_COUNT_LOGIN = text("UPDATE users SET login_count = login_count + 1 WHERE clerk_id = :clerk_id")


def keep_body(session: Session, delivery: VerifiedDelivery) -> None:
    """Garder le corps avec la livraison : utile pour rejouer, mais plein de données personnelles."""
    row = {"svix_id": delivery.svix_id, "payload": delivery.body.decode()}
    session.connection().execute(_KEEP, row)


def record_user(session: Session, event: Event, svix_id: str) -> str:
    """Écrire la personne, et l'effet `welcome_email` si sa ligne vient de naître. Rend l'issue."""
    user = read_user(event.data)
    change = upsert_user(session, user)
    if change is Change.CREATED:
        # De quoi écrire le message sans relire la table : commode, et une copie de plus à effacer.
        payload = {"to": user.email, "first_name": user.first_name}
        add_effect(session, kind="welcome_email", clerk_id=user.clerk_id, svix_id=svix_id, payload=payload)
    return "stale" if change is Change.STALE else "processed"


def record_login(session: Session, event: Event, delivery: VerifiedDelivery) -> str:
    """Inscrire la connexion, la compter, et inscrire l'effet `login_notice`. Rend l'issue."""
    clerk_id = event.data["user_id"]
    ip_address, user_agent = origin(delivery.body)
    row = {"session_id": event.data["id"], "clerk_id": clerk_id, "created_at": event.data["created_at"]}
    session.connection().execute(_ADD_SESSION, row | {"ip_address": ip_address, "user_agent": user_agent})
    session.connection().execute(_COUNT_LOGIN, {"clerk_id": clerk_id})
    payload = {"ip_address": ip_address, "user_agent": user_agent}
    add_effect(session, kind="login_notice", clerk_id=clerk_id, svix_id=delivery.svix_id, payload=payload)
    return "processed"


def origin(body: bytes) -> tuple[str | None, str | None]:
    """Lire dans l'enveloppe l'adresse IP et le navigateur de la connexion ; l'un ou l'autre peut manquer."""
    envelope = json.loads(body)
    request = (envelope.get("event_attributes") or {}).get("http_request") or {}
    activity = envelope["data"].get("latest_activity") or {}
    return request.get("client_ip") or activity.get("ip_address"), request.get("user_agent")
