"""Les comptes disparus de chez Clerk : chacun est redemandé, puis effacé, sauf s'ils sont trop nombreux."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, and_, func, or_, select

from reference_impl.errors import TooManyErasuresError
from reference_impl.privacy.erasure import erase
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.receive import Receiver
from reference_impl.store.engine import reading
from reference_impl.store.locks import lock_people
from reference_impl.store.users import USERS
from reference_impl.store.versioned import VERSION

CHUNK = 500
ALWAYS_ALLOWED = 20
ALLOWED_SHARE = 10
"""Un compte sur dix, et toujours vingt : au-delà, une mauvaise clé est plus probable que tant de départs."""


def unseen(started: int) -> Any:
    """La condition : un compte ni vu par la lecture commencée à `started` (millisecondes), ni créé ou modifié depuis."""
    return and_(
        or_(USERS.c.reconciled_at.is_(None), USERS.c.reconciled_at < started),
        USERS.c.first_seen_at < started,
        USERS.c[VERSION] < started,
        USERS.c.claims_issued_at < started,
    )


def unseen_people(engine: Engine, started: int) -> Iterator[str]:
    """Parcourir les personnes que la lecture n'a pas vues, sans garder de transaction ouverte entre deux pages."""
    after = ""
    while True:
        wanted = select(USERS.c.clerk_id).where(USERS.c.clerk_id > after, unseen(started))
        with reading(engine).connect() as connection:
            found = connection.execute(wanted.order_by(USERS.c.clerk_id).limit(CHUNK)).scalars().all()
        yield from found
        if len(found) < CHUNK:
            return
        after = found[-1]


def within_bounds(receiver: Receiver, gone: Iterator[str], started: int) -> list[str]:
    """Compter les disparus avant d'en effacer un seul. Lève `TooManyErasuresError` s'ils sont trop nombreux.

    Avec la clé d'une autre instance, tous les comptes sembleraient disparus. Le total ne compte que les lignes d'avant
    la lecture : avec celles qu'elle vient d'écrire, l'erreur passerait inaperçue.
    """
    before = select(func.count()).select_from(USERS).where(USERS.c.first_seen_at < started)
    with reading(receiver.engine).connect() as connection:
        total = connection.execute(before).scalar_one()
    allowed = max(ALWAYS_ALLOWED, total // ALLOWED_SHARE)
    found: list[str] = []
    for clerk_id in gone:
        found.append(clerk_id)
        if len(found) > allowed:
            raise TooManyErasuresError(
                f"Plus de {allowed} comptes sur {total} semblent disparus de chez Clerk ; rien n'est effacé. Vérifiez que"
                " CLERK_SECRET_KEY est celle de cette instance ; si c'est bien voulu, relancez avec --allow-erasures."
            )
    return found


def erase_missing(receiver: Receiver, clerk_id: str, started: int) -> bool:
    """Effacer la personne, si elle est toujours à effacer une fois son verrou pris ; dire si elle l'a été.

    Entre la réponse de Clerk et le verrou, un webhook ou une connexion a pu écrire sa ligne : la prochaine
    réconciliation s'en occupera.
    """
    with receiver.engine.begin() as connection:
        lock_people(connection, [clerk_id])
        still = select(USERS.c.clerk_id).where(USERS.c.clerk_id == clerk_id, unseen(started))
        if connection.execute(still).first() is None:
            return False
        now = receiver.clock()
        transaction = Transaction(connection, receiver.subjects, now)
        erase(transaction, clerk_id, erased_at=now, cause="reconciliation")
        return True
