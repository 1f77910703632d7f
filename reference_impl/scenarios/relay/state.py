"""Ce qu'un message dit : l'état présent de ce qui a changé, lu au moment d'envoyer, et rien de plus."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from reference_impl.effects.senders import Effect, EffectFailedError
from reference_impl.store.versioned import VERSION
from reference_impl.tables import Membership, Organization

ORGANIZATIONS: Table = Organization.__table__  # type: ignore[attr-defined]
MEMBERSHIPS: Table = Membership.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class State:
    """Les données du message. `person` : l'identifiant de la personne dont elles parlent, s'il y en a une."""

    data: dict[str, Any]
    person: str | None = None


def current_state(connection: Connection, effect: Effect, fields: Collection[str]) -> State | None:
    """Lire ce que l'effet annonce ; `None` s'il n'y a plus rien à en dire, parce qu'il a été supprimé depuis.

    Cette suppression a son propre message, ou l'avis de l'article 19. `fields` : les colonnes de la personne que
    l'application peut connaître. Lève `EffectFailedError` si la sorte de l'effet est inconnue.
    """
    if "data" in effect.payload:
        return State(effect.payload["data"])
    if effect.kind.endswith(".deleted"):
        return State(deleted(effect.payload["id"]))
    match effect.kind.partition(".")[0]:
        case "user":
            return None if effect.recipient is None else person(effect.recipient, fields)
        case "organization":
            found = live(connection, ORGANIZATIONS, effect.payload["id"])
            return None if found is None else organization(found)
        case "organizationMembership":
            found = live(connection, MEMBERSHIPS, effect.payload["id"])
            return None if found is None else membership(found)
    raise EffectFailedError("unknown_kind")


def live(connection: Connection, table: Table, identifier: str) -> RowMapping | None:
    """Lire une ressource ; `None` si elle est inconnue ou supprimée."""
    (key,) = table.primary_key
    chosen = select(table).where(key == identifier, table.c.deleted_at.is_(None))
    return connection.execute(chosen).mappings().first()


def deleted(identifier: str) -> dict[str, Any]:
    """Dire une suppression : l'identifiant suffit."""
    return {"id": identifier, "deleted": True}


def person(row: dict[str, Any], fields: Collection[str]) -> State:
    """Dire une personne. Sa ligne a deux sources, donc deux versions (`tables.User`).

    Chaque écriture fait croître le couple (`version`, `snapshot_version`) : l'application peut s'y fier.
    """
    versions = {"version": max(row[VERSION], row["claims_issued_at"]), "snapshot_version": row[VERSION]}
    shown = {name: row[name] for name in fields}
    return State({"id": row["clerk_id"], **versions, **shown}, row["clerk_id"])


def organization(row: RowMapping) -> State:
    """Dire une organisation, sans ses métadonnées."""
    shown = {name: row[name] for name in ("name", "slug", "image_url")}
    return State({"id": row["organization_id"], "version": row[VERSION], **shown})


def membership(row: RowMapping) -> State:
    """Dire une appartenance : qui, où, avec quel rôle. Cela aussi est une donnée de la personne."""
    shown = {"organization_id": row["organization_id"], "user_id": row["clerk_id"], "role": row["role"]}
    return State({"id": row["membership_id"], "version": row[VERSION], **shown}, row["clerk_id"])
