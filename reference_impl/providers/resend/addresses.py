"""Les adresses où ne plus écrire : insister abîme la réputation de votre domaine, et importune qui s'est plaint."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, select, tuple_

from reference_impl.catalogue.reading import inside
from reference_impl.privacy.register import Subjects
from reference_impl.providers.intake import ProviderEvent
from reference_impl.providers.resend.recipients import only_recipient, plain_address
from reference_impl.providers.resend.states import email_id, happened_at
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.reactions import News
from reference_impl.store.pipeline import Write, perform, perform_all
from reference_impl.store.versioned import insert_values
from reference_impl.tables import UnusableAddress

UNUSABLE: Table = UnusableAddress.__table__  # type: ignore[attr-defined]


def is_unusable(connection: Connection, subjects: Subjects, address: str) -> bool:
    """Dire s'il ne faut plus écrire à cette adresse ; à demander avant chaque envoi."""
    plain = plain_address(address)
    if plain is None:
        return False
    known = select(UNUSABLE.c.fingerprint).where(UNUSABLE.c.fingerprint == subjects(plain))
    return connection.execute(known).first() is not None


def note_unusable(transaction: Transaction, subjects: Subjects, event: ProviderEvent) -> bool:
    """Noter l'adresse que l'événement condamne, et l'annoncer si elle est nouvelle ; dire si la ligne a changé."""
    reason, address = blame(event), only_recipient(event.data)
    if reason is None or address is None:
        return False
    row = {"fingerprint": subjects(address), "reason": reason, "since": happened_at(event)}
    if perform(transaction.connection, Write(_first(transaction.dialect), row)) is None:
        return perform(transaction.connection, Write(_earlier(transaction.dialect), row)) is not None
    told = {"email_id": email_id(event), "reason": reason}
    news = News("email.unusable", f"email.unusable/{told['email_id']}", told)
    perform_all(transaction.connection, transaction.reactions.announced(transaction, news))
    return True


def blame(event: ProviderEvent) -> str | None:
    """Dire pourquoi l'adresse ne peut plus servir, si c'est le cas.

    Seul un rejet `Permanent` la condamne : une boîte pleine ou un serveur en panne (`Transient`) peuvent guérir.
    """
    if event.type == "email.bounced" and inside(event.data, "bounce").get("type") != "Permanent":
        return None
    return {
        "email.bounced": "bounced",
        "email.complained": "complained",
        "email.suppressed": "suppressed",
    }.get(event.type)


@lru_cache(maxsize=2)
def _first(dialect: str) -> Any:
    key = UNUSABLE.c.fingerprint
    statement = insert_values(dialect, UNUSABLE, tuple(UNUSABLE.c.keys()))
    return statement.on_conflict_do_nothing(index_elements=[key]).returning(key)


@lru_cache(maxsize=2)
def _earlier(dialect: str) -> Any:
    """Remplacer la ligne par celle d'un fait antérieur ; au même instant, la raison départage."""
    statement = insert_values(dialect, UNUSABLE, tuple(UNUSABLE.c.keys()))
    new, old = statement.excluded, UNUSABLE.c
    return statement.on_conflict_do_update(
        index_elements=[old.fingerprint],
        set_={"reason": new.reason, "since": new.since},
        where=tuple_(new.since, new.reason) < tuple_(old.since, old.reason),
    ).returning(old.fingerprint)
