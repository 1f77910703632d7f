"""L'export d'une personne : tout ce qui est conservé d'elle, table par table."""

from typing import Any

from sqlalchemy import Connection, or_, select

from reference_impl.edge.envelope import load_json
from reference_impl.errors import UnusableEventError
from reference_impl.privacy.erasure import INVITATIONS, OWNED, WAITLIST, known_addresses, letters_citing
from reference_impl.privacy.register import Subjects
from reference_impl.providers.stripe.payers import payments_of
from reference_impl.receiving.people import people_in
from reference_impl.store.inbox import INBOX, MENTIONS
from reference_impl.tables import UnusableAddress

UNUSABLE = UnusableAddress.__table__  # type: ignore[attr-defined]


def collect(
    connection: Connection, clerk_id: str, subjects: Subjects | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Rassembler les lignes de la personne, avec toutes leurs colonnes : celles qu'on ajoutera y seront d'office.

    Parmi les corps gardés, seuls y sont ceux dont elle est le sujet : un corps qui la cite peut parler d'une autre.
    `inbox_mentions` lui apprend seulement qu'il existe. `subjects` retrouve ses adresses parmi celles, en empreintes, où
    l'on n'écrit plus.
    """
    addresses = known_addresses(connection, clerk_id)
    queries = {table.name: select(table).where(table.c.clerk_id == clerk_id) for table in OWNED}
    invited = or_(INVITATIONS.c.clerk_id == clerk_id, INVITATIONS.c.email.in_(addresses))
    queries["invitations"] = select(INVITATIONS).where(invited)
    queries["waitlist_entries"] = select(WAITLIST).where(WAITLIST.c.email.in_(addresses))
    queries |= payments_of(clerk_id)
    if subjects:
        prints = [subjects(address) for address in addresses]
        queries["unusable_addresses"] = select(UNUSABLE).where(UNUSABLE.c.fingerprint.in_(prints))
    queries["inbox"] = select(INBOX).where(INBOX.c.clerk_id == clerk_id)
    queries["inbox_mentions"] = select(MENTIONS).where(MENTIONS.c.clerk_id == clerk_id)
    found = {name: connection.execute(query).mappings().all() for name, query in queries.items()}
    letters = letters_citing(connection, [clerk_id, *addresses])
    found["dead_letters"] = [row._mapping for row in letters if people_in(row.body) <= {clerk_id}]
    return {name: [_readable(dict(row)) for row in rows] for name, rows in found.items()}


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """Décoder le corps, pour que l'export soit lisible ; celui d'une lettre morte peut n'être pas du JSON."""
    if row.get("body") is not None:
        try:
            row["body"] = load_json(row["body"])
        except UnusableEventError:
            row["body"] = row["body"].decode("utf-8", "replace")
    return row
