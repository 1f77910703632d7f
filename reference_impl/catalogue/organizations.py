"""Les organisations et ce qui leur appartient : membres, invitations, domaines."""

from typing import Any

from reference_impl.catalogue.reading import Data, inside, lowered, person, short, text, texts, when, whole


def organization_row(data: Data) -> dict[str, Any]:
    """Lire une organisation ; son `slug` peut manquer."""
    return {
        "name": text(data, "name"),
        "slug": text(data, "slug"),
        "image_url": text(data, "image_url"),
        "max_allowed_memberships": whole(data, "max_allowed_memberships"),
        "public_metadata": inside(data, "public_metadata"),
        "clerk_created_at": when(data, "created_at"),
    }


def membership_row(data: Data) -> dict[str, Any]:
    """Lire une appartenance. Clerk fournit les rôles `org:admin` et `org:member` ; vous pouvez en définir d'autres.

    De l'organisation et de la personne, seul l'identifiant est copié : leurs propres événements donnent le reste.
    """
    return {
        "organization_id": short(inside(data, "organization"), "id"),
        "clerk_id": member(data),
        "role": text(data, "role"),
        "permissions": texts(data, "permissions"),
        "clerk_created_at": when(data, "created_at"),
    }


def member(data: Data) -> str | None:
    """Rendre l'identifiant de la personne qui appartient à l'organisation."""
    return person(inside(data, "public_user_data"))


def invitation_row(data: Data) -> dict[str, Any]:
    """Lire une invitation ; `user_id` n'y est qu'une fois acceptée. Aucun webhook n'annonce son expiration."""
    return {
        "organization_id": short(data, "organization_id"),
        "email": lowered(short(data, "email_address")),
        "clerk_id": person(data),
        "role": text(data, "role"),
        "status": text(data, "status"),
        "expires_at": when(data, "expires_at"),
        "clerk_created_at": when(data, "created_at"),
    }


def domain_row(data: Data) -> dict[str, Any]:
    """Lire un domaine."""
    status = text(inside(data, "verification"), "status")
    return {
        "organization_id": short(data, "organization_id"),
        "name": text(data, "name"),
        "enrollment_mode": text(data, "enrollment_mode"),
        "verified": None if status is None else status == "verified",
        "clerk_created_at": when(data, "created_at"),
    }
