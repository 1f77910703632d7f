"""L'utilisateur et son écriture versionnée, une fois l'exercice 2 résolu."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlmodel import Session


class Change(StrEnum):
    """Ce que l'écriture a fait de la ligne."""

    CREATED = "created"
    UPDATED = "updated"
    STALE = "stale"


@dataclass(frozen=True)
class UserSnapshot:
    """Les colonnes d'un utilisateur à un instant ; `clerk_updated_at` est la version, en millisecondes."""

    clerk_id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    clerk_updated_at: int


def read_user(data: dict[str, Any]) -> UserSnapshot:
    """Lire le `data` de `user.created` ou `user.updated`.

    L'adresse est celle que désigne `primary_email_address_id`, où qu'elle soit dans la liste ; sinon `None`.
    """
    primary = data.get("primary_email_address_id")
    addresses = data.get("email_addresses") or []
    email = next((a["email_address"] for a in addresses if primary and a["id"] == primary), None)
    return UserSnapshot(data["id"], email, data.get("first_name"), data.get("last_name"), data["updated_at"])


_INSERT = text(
    "INSERT INTO users (clerk_id, email, first_name, last_name, clerk_updated_at)"
    " VALUES (:clerk_id, :email, :first_name, :last_name, :clerk_updated_at)"
    " ON CONFLICT (clerk_id) DO NOTHING RETURNING clerk_id"
)
_UPDATE = text(
    "UPDATE users SET email = :email, first_name = :first_name, last_name = :last_name,"
    " clerk_updated_at = :clerk_updated_at"
    " WHERE clerk_id = :clerk_id AND clerk_updated_at < :clerk_updated_at AND deleted_at IS NULL"
    " RETURNING clerk_id"
)
_DELETE = text(
    "INSERT INTO users (clerk_id, clerk_updated_at, deleted_at) VALUES (:clerk_id, :version, :version)"
    " ON CONFLICT (clerk_id) DO UPDATE SET email = NULL, first_name = NULL, last_name = NULL,"
    " clerk_updated_at = max(clerk_updated_at, excluded.clerk_updated_at), deleted_at = excluded.deleted_at"
    " WHERE users.deleted_at IS NULL RETURNING clerk_id"
)


def upsert_user(session: Session, user: UserSnapshot) -> Change:
    """Écrire l'instantané s'il est plus récent que la ligne ; dire s'il l'a créée, changée ou laissée.

    Le premier ordre est déjà une écriture : il prend le verrou avant de lire, aucune course ne s'y glisse.
    """
    values = asdict(user)
    if session.connection().execute(_INSERT, values).first() is not None:
        return Change.CREATED
    changed = session.connection().execute(_UPDATE, values).first() is not None
    return Change.UPDATED if changed else Change.STALE


def delete_user(session: Session, clerk_id: str, version: int) -> Change:
    """Poser une pierre tombale, même pour un inconnu : une création en retard ne doit ranimer personne."""
    deleted = (
        session.connection().execute(_DELETE, {"clerk_id": clerk_id, "version": version}).first() is not None
    )
    return Change.UPDATED if deleted else Change.STALE
