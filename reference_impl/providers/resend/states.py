"""L'état d'un message. La ligne finale dépend des faits reçus, et non de leur ordre d'arrivée ni de leur nombre.

Le dernier événement arrivé ne dit pas l'état : `opened` peut précéder `delivered`, et les deux se répéter.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import Table, case, or_

from reference_impl.catalogue.reading import short
from reference_impl.errors import UnusableEventError
from reference_impl.providers.intake import ProviderEvent
from reference_impl.providers.resend.events import label
from reference_impl.receiving.outcomes import Transaction
from reference_impl.store.pipeline import Write, perform
from reference_impl.store.versioned import insert_values
from reference_impl.tables import Email

EMAILS: Table = Email.__table__  # type: ignore[attr-defined]

FACTS = {
    "email.complained": "complained_at",
    "email.bounced": "bounced_at",
    "email.suppressed": "suppressed_at",
    "email.failed": "failed_at",
    "email.clicked": "clicked_at",
    "email.opened": "opened_at",
    "email.delivered": "delivered_at",
    "email.delivery_delayed": "delayed_at",
    "email.sent": "sent_at",
    "email.scheduled": "scheduled_at",
}
"""La colonne de chaque fait. L'ordre est celui de l'état : le premier fait connu le donne.

Une plainte et un échec passent avant la remise : un serveur peut accepter un message, puis le renvoyer. Un clic prouve
plus qu'une ouverture, qui prouve plus que la remise.
"""

STATE = case(
    *((EMAILS.c[column].is_not(None), kind.removeprefix("email.")) for kind, column in FACTS.items())
).label("state")
"""L'état d'un message, à lire avec sa ligne : `select(EMAILS.c.email_id, STATE)`."""


def record_fact(transaction: Transaction, event: ProviderEvent) -> bool:
    """Écrire le fait, s'il est plus ancien que celui de la ligne ; dire si elle a changé. Lève `UnusableEventError`."""
    row = {"email_id": email_id(event), "kind": label(event.data), FACTS[event.type]: happened_at(event)}
    write = Write(_earliest(transaction.dialect, tuple(row)), row)
    return perform(transaction.connection, write) is not None


def email_id(event: ProviderEvent) -> str:
    """Lire l'identifiant que Resend a donné au message, à l'envoi. Lève `UnusableEventError`."""
    identifier = short(event.data, "email_id")
    if identifier is None:
        raise UnusableEventError("no_email_id")
    return identifier


def happened_at(event: ProviderEvent) -> int:
    """Rendre l'instant du fait, en millisecondes. Lève `UnusableEventError`."""
    if event.at is None:
        raise UnusableEventError("no_time")
    return event.at


@lru_cache(maxsize=32)
def _earliest(dialect: str, names: tuple[str, ...]) -> Any:
    """Garder, de chaque colonne, la plus petite valeur connue.

    Un minimum ne dépend ni de l'ordre ni des répétitions. `LEAST` ne conviendrait pas : SQLite et PostgreSQL n'y
    traitent pas NULL de même.
    """
    statement = insert_values(dialect, EMAILS, names)
    old, new = EMAILS.c, statement.excluded
    others = [name for name in names if name != "email_id"]
    smaller = {
        name: new[name].is_not(None) & (old[name].is_(None) | (new[name] < old[name])) for name in others
    }
    return statement.on_conflict_do_update(
        index_elements=[old.email_id],
        set_={name: case((smaller[name], new[name]), else_=old[name]) for name in others},
        where=or_(*smaller.values()),
    ).returning(old.email_id)
