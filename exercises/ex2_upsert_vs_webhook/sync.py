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
    raise NotImplementedError("TODO : cherchez l'adresse désignée, puis rendez l'instantané")


def upsert_user(session: Session, snapshot: UserSnapshot) -> None:
    """Écrire l'instantané s'il est plus récent que la ligne ; sinon, ou après la suppression, rien."""
    raise NotImplementedError("TODO : créez la ligne, ou mettez-la à jour si la version est plus récente")


def delete_user(session: Session, clerk_id: str, version: int) -> None:
    """Marquer la suppression ; `version` est l'instant de l'événement, en millisecondes.

    Une création en retard ne doit ranimer personne, même si l'utilisateur n'avait jamais été vu.
    """
    raise NotImplementedError("TODO : posez une marque qui reste, et effacez ce qui n'a plus lieu d'être")
