"""Après une restauration : une sauvegarde ramène les personnes effacées depuis. Le registre les efface de nouveau.

Le registre ne contient que des empreintes : on peut le copier chaque jour hors de la base, et garder ces copies.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TextIO

from sqlalchemy import Engine, select, union

from reference_impl.edge.envelope import instant
from reference_impl.errors import ReceiverError
from reference_impl.privacy.erasure import INVITATIONS, OWNED, wipe
from reference_impl.privacy.register import REGISTER, Subjects, register
from reference_impl.providers.stripe.payers import PAYMENTS
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.people import people_in
from reference_impl.store.dead_letters import DEAD_LETTERS
from reference_impl.store.engine import reading, without_statement_timeout
from reference_impl.store.inbox import INBOX, MENTIONS
from reference_impl.store.locks import lock_people

_SUBJECT = re.compile(r"[0-9a-f]{64}")


class BrokenRegisterError(ReceiverError):
    """Le fichier n'est pas un registre, ou il est abîmé : rien n'en a été appliqué."""


def export_register(engine: Engine, file: TextIO) -> int:
    """Écrire le registre, une entrée JSON par ligne ; rendre leur nombre."""
    count = 0
    with reading(engine).connect() as connection:
        for row in connection.execution_options(yield_per=1000).execute(select(REGISTER)).mappings():
            file.write(json.dumps(dict(row)) + "\n")
            count += 1
    return count


def read_register(lines: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Lire les entrées d'un registre copié. Lève `BrokenRegisterError`, avec le numéro de la ligne en cause."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _entry(json.loads(line))
        except (ValueError, KeyError, TypeError):
            raise BrokenRegisterError(f"Ligne {number} : ce n'est pas une entrée du registre.") from None


def _entry(told: Any) -> tuple[str, int, str]:
    subject, erased_at, cause = told["subject"], instant(told["erased_at"]), told["cause"]
    if not _SUBJECT.fullmatch(subject) or erased_at is None or not isinstance(cause, str):
        raise ValueError
    return subject, erased_at, cause


def apply_register(
    engine: Engine, subjects: Subjects, entries: Iterable[tuple[str, int, str]], now: int
) -> int:
    """Compléter le registre, puis effacer de nouveau toute personne présente qui y figure ; rendre leur nombre.

    Les avis de l'article 19 du RGPD redeviennent dus, car la sauvegarde ne sait pas qu'ils sont partis. Leur clé n'a pas
    changé : le destinataire reconnaît ceux qu'il a déjà reçus.
    """
    read = list(entries)  # en entier avant d'écrire : un fichier abîmé à la dernière ligne ne change rien
    with engine.begin() as connection:
        for subject, erased_at, cause in read:
            register(connection, subject, erased_at, cause)
    returned = sorted(set(_returned(engine, subjects)))
    for clerk_id, erased_at in returned:
        with engine.begin() as connection:
            lock_people(connection, [clerk_id])
            wipe(Transaction(connection, subjects, now), clerk_id, erased_at)
    return len(returned)


def _returned(engine: Engine, subjects: Subjects) -> Iterator[tuple[str, int]]:
    """Chercher qui est revenu : l'empreinte de chaque identifiant présent est comparée à celles du registre."""
    tables = (*OWNED, INVITATIONS, INBOX, MENTIONS, PAYMENTS)
    present = union(*(select(table.c.clerk_id).where(table.c.clerk_id.is_not(None)) for table in tables))
    letters = select(DEAD_LETTERS.c.body).where(DEAD_LETTERS.c.body.is_not(None))
    with reading(engine).connect() as connection:
        without_statement_timeout(connection)
        known = connection.execute(select(REGISTER.c.subject, REGISTER.c.erased_at))
        erased = {row.subject: row.erased_at for row in known}
        cited = {person for (body,) in connection.execute(letters) for person in people_in(body)}
        rows = connection.execution_options(yield_per=1000).execute(present)
        for clerk_id in chain(cited, rows.scalars()):
            if (erased_at := erased.get(subjects(clerk_id))) is not None:
                yield clerk_id, erased_at
