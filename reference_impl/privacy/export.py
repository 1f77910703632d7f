"""L'export d'une personne : tout ce qui est conservé d'elle, table par table."""

from typing import Any

from sqlalchemy import Connection, or_, select

from reference_impl.edge.envelope import load_json
from reference_impl.privacy.erasure import INVITATIONS, OWNED, WAITLIST, known_addresses
from reference_impl.store.inbox import INBOX


def collect(connection: Connection, clerk_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rassembler les lignes de la personne, toutes colonnes comprises : une colonne de demain y sera sans qu'on y pense.

    Des corps gardés, seuls ceux dont elle est le sujet : un corps qui la cite parle aussi d'une autre.
    """
    addresses = known_addresses(connection, clerk_id)
    queries = {table.name: select(table).where(table.c.clerk_id == clerk_id) for table in OWNED}
    invited = or_(INVITATIONS.c.clerk_id == clerk_id, INVITATIONS.c.email.in_(addresses))
    queries["invitations"] = select(INVITATIONS).where(invited)
    queries["waitlist_entries"] = select(WAITLIST).where(WAITLIST.c.email.in_(addresses))
    queries["inbox"] = select(INBOX).where(INBOX.c.clerk_id == clerk_id)
    return {
        name: [_readable(dict(row)) for row in connection.execute(query).mappings()]
        for name, query in queries.items()
    }


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """Décoder le corps : du JSON dans du JSON ne se lit pas."""
    if row.get("body") is not None:
        row["body"] = load_json(row["body"])
    return row
