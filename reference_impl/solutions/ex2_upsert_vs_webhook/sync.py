"""L'écriture d'un utilisateur, la même pour les deux chemins. C'est ici que vous écrivez."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from ex2_upsert_vs_webhook.snapshot import UserSnapshot


def read_user(data: dict[str, Any]) -> UserSnapshot:
    """Lire le `data` de `user.created` ou `user.updated`.

    L'adresse est celle que désigne `primary_email_address_id`, où qu'elle soit dans la liste ; sinon `None`.
    La version est `data["updated_at"]`, en millisecondes.
    """
    # BEGIN SOLUTION: cherchez l'adresse désignée, puis rendez l'instantané
    primary = data.get("primary_email_address_id")
    addresses = data.get("email_addresses") or []
    # Un compte créé par téléphone ne désigne aucune adresse : `primary` est alors nul.
    email = next((a["email_address"] for a in addresses if primary and a.get("id") == primary), None)
    return UserSnapshot(
        clerk_id=data["id"],
        email=email,
        first_name=data.get("first_name"),
        last_name=data.get("last_name"),
        clerk_updated_at=data["updated_at"],
    )
    # END SOLUTION


def upsert_user(session: Session, snapshot: UserSnapshot) -> None:
    """Écrire l'instantané s'il est plus récent que la ligne ; sinon, ou après la suppression, rien."""
    # BEGIN SOLUTION: créez la ligne, ou mettez-la à jour si la version est plus récente
    # Un seul ordre compare et écrit : entre un SELECT et un UPDATE, un autre processus pourrait écrire.
    # La transaction commence par lui : elle attend le verrou, au lieu d'échouer en le demandant trop tard.
    statement = text(
        "INSERT INTO users (clerk_id, email, first_name, last_name, clerk_updated_at)"
        " VALUES (:clerk_id, :email, :first_name, :last_name, :clerk_updated_at)"
        " ON CONFLICT (clerk_id) DO UPDATE SET email = excluded.email, first_name = excluded.first_name,"
        " last_name = excluded.last_name, clerk_updated_at = excluded.clerk_updated_at"
        " WHERE users.clerk_updated_at < excluded.clerk_updated_at AND users.deleted_at IS NULL"
    )
    session.connection().execute(statement, asdict(snapshot))
    # END SOLUTION


def delete_user(session: Session, clerk_id: str, version: int) -> None:
    """Marquer la suppression ; `version` est l'instant de l'événement, en millisecondes.

    Une création en retard ne doit ranimer personne, même si l'utilisateur n'avait jamais été vu.
    """
    # BEGIN SOLUTION: posez une marque qui reste, et effacez ce qui n'a plus lieu d'être
    # Une ligne retirée ne se souviendrait de rien. Celle-ci garde l'identifiant et l'instant, rien d'autre.
    statement = text(
        "INSERT INTO users (clerk_id, clerk_updated_at, deleted_at) VALUES (:clerk_id, :version, :version)"
        " ON CONFLICT (clerk_id) DO UPDATE SET email = NULL, first_name = NULL, last_name = NULL,"
        " deleted_at = excluded.deleted_at WHERE users.deleted_at IS NULL"
    )
    session.connection().execute(statement, {"clerk_id": clerk_id, "version": version})
    # END SOLUTION
