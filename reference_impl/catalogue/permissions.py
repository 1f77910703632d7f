"""Les rôles, les permissions et la liste d'attente : de simples instantanés."""

from typing import Any

from reference_impl.catalogue.reading import Data, lowered, objects, short, text, when


def role_row(data: Data) -> dict[str, Any]:
    """Lire un rôle et les clés de ses permissions."""
    keys = [key for permission in objects(data, "permissions") if (key := text(permission, "key"))]
    return {"key": text(data, "key"), "name": text(data, "name"), "permissions": keys}


def permission_row(data: Data) -> dict[str, Any]:
    """Lire une permission."""
    return {"key": text(data, "key"), "name": text(data, "name"), "type": text(data, "type")}


def waitlist_row(data: Data) -> dict[str, Any]:
    """Lire une entrée de la liste d'attente."""
    return {
        "email": lowered(short(data, "email_address")),
        "status": text(data, "status"),
        "clerk_created_at": when(data, "created_at"),
    }
