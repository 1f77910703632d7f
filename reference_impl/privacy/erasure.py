"""L'effacement d'une personne : ce qui part, ce qui reste, et qui doit l'apprendre.

Tout se fait dans une transaction, sous le verrou de la personne : pas d'effacement sans ses avis, ni d'avis sans lui.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, or_, select, update

from reference_impl.privacy.register import Subjects, register
from reference_impl.providers.stripe.payers import forget_payer
from reference_impl.receiving.outcomes import Transaction
from reference_impl.scenarios.analytics.departed import fold
from reference_impl.store.dead_letters import DEAD_LETTERS
from reference_impl.store.inbox import INBOX, MENTIONS
from reference_impl.store.locks import lock_people
from reference_impl.store.outbox import OUTBOX, effect
from reference_impl.store.pipeline import perform
from reference_impl.store.users import USERS
from reference_impl.store.versioned import bury
from reference_impl.tables import (
    ActivityWeek,
    Alert,
    BillingSnapshot,
    Disclosure,
    Invitation,
    Membership,
    Session,
    SessionSignal,
    WaitlistEntry,
)

if TYPE_CHECKING:
    from reference_impl.receiving.receive import Receiver

DISCLOSURES = Disclosure.__table__  # type: ignore[attr-defined]
INVITATIONS = Invitation.__table__  # type: ignore[attr-defined]
WAITLIST = WaitlistEntry.__table__  # type: ignore[attr-defined]

OWNED = (
    USERS,
    Session.__table__,  # type: ignore[attr-defined]
    Membership.__table__,  # type: ignore[attr-defined]
    BillingSnapshot.__table__,  # type: ignore[attr-defined]
    Alert.__table__,  # type: ignore[attr-defined]
    SessionSignal.__table__,  # type: ignore[attr-defined]
    ActivityWeek.__table__,  # type: ignore[attr-defined]
    DISCLOSURES,
    OUTBOX,
)
"""Les tables où `clerk_id` dit à qui est une ligne : celles de la personne effacée sont supprimées."""


def erase(transaction: Transaction, clerk_id: str, *, erased_at: int, cause: str) -> bool:
    """Effacer la personne et l'inscrire au registre ; dire si c'était la première fois.

    L'appelant tient le verrou de la personne. `erased_at` est en millisecondes.
    """
    first = register(transaction.connection, transaction.subjects(clerk_id), erased_at, cause)
    wipe(transaction, clerk_id, erased_at)
    return first


def erase_now(receiver: "Receiver", clerk_id: str, *, cause: str) -> bool:
    """Effacer dans sa propre transaction, sans attendre de webhook : sur une demande confirmée, par exemple."""
    with receiver.engine.begin() as connection:
        lock_people(connection, [clerk_id])
        now = receiver.clock()
        return erase(Transaction(connection, receiver.subjects, now), clerk_id, erased_at=now, cause=cause)


def wipe(transaction: Transaction, clerk_id: str, erased_at: int) -> None:
    """Vider toutes les tables de la personne. Les avis et les comptes d'abord : ensuite, on n'en saurait plus rien."""
    connection = transaction.connection
    notify_recipients(transaction, clerk_id)
    fold(connection, clerk_id)
    addresses = known_addresses(connection, clerk_id)
    contacts = bury_contacts(connection, clerk_id, addresses, erased_at)
    scrub_bodies(connection, clerk_id, contacts)
    scrub_dead_letters(connection, [clerk_id, *addresses])
    forget_payer(connection, clerk_id)
    for table in OWNED:
        connection.execute(delete(table).where(table.c.clerk_id == clerk_id))


ATTEMPT = "attempt/"
"""Le début d'une référence qui ne désigne que des tentatives (`attempt_of`)."""


def notify_recipients(transaction: Transaction, clerk_id: str) -> None:
    """Inscrire un avis par communication (RGPD, article 19), sans rien de la personne que la référence opaque.

    Un effet tenté et jamais noté a pu aboutir : son destinataire est averti lui aussi. S'il sait retrouver ce qu'il a
    reçu par cette tentative, il l'efface ; sinon, il n'a rien à faire.
    """
    told = select(DISCLOSURES.c.recipient, DISCLOSURES.c.recipient_ref)
    for row in transaction.connection.execute(told.where(DISCLOSURES.c.clerk_id == clerk_id)).all():
        add_notice(transaction, clerk_id, row.recipient, row.recipient_ref)
    tried = (OUTBOX.c.clerk_id == clerk_id) & OUTBOX.c.done_at.is_(None) & (OUTBOX.c.attempts > 0)
    attempts = select(OUTBOX.c.destination, OUTBOX.c.key, OUTBOX.c.created_at).where(tried)
    for row in transaction.connection.execute(attempts).all():
        reference = attempt_of(transaction.subjects, row.key, row.created_at)
        add_notice(transaction, clerk_id, row.destination, reference)


def attempt_of(subjects: Subjects, key: str, owed_at: int) -> str:
    """Désigner les tentatives d'un effet : depuis quand il est dû, en millisecondes, et l'empreinte de sa clé."""
    return f"{ATTEMPT}{owed_at}/{subjects(key)}"


def add_notice(
    transaction: Transaction, clerk_id: str, recipient: str, reference: str, *, late: str = ""
) -> None:
    """Inscrire l'avis dû à un destinataire, dans sa file ; il oublie la référence une fois remis.

    La clé, une empreinte, empêche de l'inscrire deux fois. La personne y entre : deux comptes d'une même adresse peuvent
    avoir la même référence, et l'avis du second ne doit pas passer pour déjà remis. `late` en fait un avis de plus.
    """
    payload = {"recipient": recipient, "recipient_ref": reference}
    key = f"art19/{recipient}/{transaction.subjects(f'{clerk_id}/{reference}{late}')}"
    notice = effect(
        transaction.dialect,
        key=key,
        kind="art19",
        destination=recipient,
        now=transaction.now,
        payload=payload,
    )
    perform(transaction.connection, notice)


def known_addresses(connection: Connection, clerk_id: str) -> list[str]:
    """Rendre les adresses vérifiées de la personne, en minuscules : souvent, elles seules la relient à une invitation.

    Une adresse que rien ne vérifie peut être celle d'une autre, dont on exporterait ou effacerait les données. Les
    anciennes comptent, tant qu'un corps gardé les cite : l'invitation a pu viser une adresse changée depuis.
    """
    columns = select(USERS.c.email, USERS.c.email_addresses).where(USERS.c.clerk_id == clerk_id)
    email, listed = connection.execute(columns).first() or (None, None)
    verified = {item["address"] for item in listed or [] if item["verified"]}
    found = {*verified, *former_addresses(connection, clerk_id), *([email] if listed is None else [])}
    return sorted({address.lower() for address in found if address})


def former_addresses(connection: Connection, clerk_id: str) -> Iterator[str]:
    """Lire les adresses que citent les événements `user.*` gardés de la personne."""
    own = (INBOX.c.clerk_id == clerk_id) & INBOX.c.type.like("user.%") & INBOX.c.body.is_not(None)
    for (body,) in connection.execute(select(INBOX.c.body).where(own)):
        listed = json.loads(body)["data"].get("email_addresses")
        items = listed if isinstance(listed, list) else []
        own_items = (item for item in items if isinstance(item, dict) and is_verified(item))
        found = (item.get("email_address") for item in own_items)
        yield from (address for address in found if isinstance(address, str))


def is_verified(item: dict[str, Any]) -> bool:
    """Dire si Clerk a vérifié cette adresse."""
    verification = item.get("verification")
    return isinstance(verification, dict) and verification.get("status") == "verified"


def bury_contacts(connection: Connection, clerk_id: str, addresses: list[str], erased_at: int) -> list[str]:
    """Poser une pierre tombale sur ses invitations et ses entrées en liste d'attente ; rendre leurs identifiants.

    La pierre tombale refuse leurs événements en retard. Une nouvelle invitation, elle, sera acceptée.
    """
    invited = or_(INVITATIONS.c.clerk_id == clerk_id, INVITATIONS.c.email.in_(addresses))
    found = [
        (INVITATIONS, row[0])
        for row in connection.execute(select(INVITATIONS.c.invitation_id).where(invited))
    ]
    waiting = select(WAITLIST.c.entry_id).where(WAITLIST.c.email.in_(addresses))
    found += [(WAITLIST, row[0]) for row in connection.execute(waiting)]
    for table, identifier in found:
        perform(connection, bury(connection.dialect.name, table, identifier, erased_at))
    return [identifier for _, identifier in found]


def scrub_bodies(connection: Connection, clerk_id: str, contacts: list[str]) -> None:
    """Vider les corps gardés : ceux dont elle est le sujet, ceux qui la citent, ceux de ses invitations.

    Les lignes restent : elles permettent encore de reconnaître un doublon.
    """
    citing = select(MENTIONS.c.svix_id).where(MENTIONS.c.clerk_id == clerk_id)
    own = INBOX.c.clerk_id == clerk_id
    about = or_(own, INBOX.c.svix_id.in_(citing), INBOX.c.resource_id.in_(contacts))
    emptied = connection.execute(update(INBOX).where(about).values(body=None).returning(INBOX.c.svix_id))
    useless = MENTIONS.c.svix_id.in_(emptied.scalars().all())  # ces corps ne citent plus personne
    connection.execute(delete(MENTIONS).where(useless | (MENTIONS.c.clerk_id == clerk_id)))
    connection.execute(update(INBOX).where(own).values(clerk_id=None, resource_id=None))


def scrub_dead_letters(connection: Connection, traces: list[str]) -> None:
    """Vider les lettres mortes où figure l'une de ces chaînes."""
    cited = [row.svix_id for row in letters_citing(connection, traces)]
    connection.execute(update(DEAD_LETTERS).where(DEAD_LETTERS.c.svix_id.in_(cited)).values(body=None))


def letters_citing(connection: Connection, traces: list[str]) -> Iterator[Row[Any]]:
    """Chercher les lettres mortes où figure l'une de ces chaînes. Elles sont peu nombreuses : on les lit toutes."""
    wanted = [trace.lower() for trace in traces]
    for row in connection.execute(select(DEAD_LETTERS).where(DEAD_LETTERS.c.body.is_not(None))):
        told = unescaped(row.body).lower()
        if any(trace in told for trace in wanted):
            yield row


def unescaped(body: bytes) -> str:
    """Rendre le texte du corps sans les échappements de JSON, sous lesquels une adresse ne se trouverait pas."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
