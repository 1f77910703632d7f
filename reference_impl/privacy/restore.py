"""Après une restauration : une sauvegarde ramène les personnes effacées depuis. Le registre les efface de nouveau.

Le registre ne contient que des empreintes : il peut être copié hors de la base, chaque jour, et gardé longtemps.
"""

import json
from collections.abc import Iterable, Iterator
from typing import TextIO

from sqlalchemy import Engine, select, union

from reference_impl.privacy.erasure import OWNED, wipe
from reference_impl.privacy.register import REGISTER, Subjects, register
from reference_impl.receiving.outcomes import Transaction
from reference_impl.store.engine import reading
from reference_impl.store.inbox import INBOX, MENTIONS
from reference_impl.store.locks import lock_people


def export_register(engine: Engine, file: TextIO) -> int:
    """Écrire le registre, une entrée JSON par ligne ; rendre leur nombre."""
    count = 0
    with reading(engine).connect() as connection:
        for row in connection.execution_options(yield_per=1000).execute(select(REGISTER)).mappings():
            file.write(json.dumps(dict(row)) + "\n")
            count += 1
    return count


def read_register(lines: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Lire les entrées d'un registre copié. Lève `ValueError` avec le numéro de la ligne qui n'en est pas une."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            yield str(entry["subject"]), int(entry["erased_at"]), str(entry["cause"])
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"Ligne {number} : ce n'est pas une entrée du registre.") from None


def apply_register(
    engine: Engine, subjects: Subjects, entries: Iterable[tuple[str, int, str]], now: int
) -> int:
    """Compléter le registre, puis effacer de nouveau toute personne présente qui y figure ; rendre leur nombre."""
    with engine.begin() as connection:
        for subject, erased_at, cause in list(entries):
            register(connection, subject, erased_at, cause)
    returned = list(_returned(engine, subjects))
    for clerk_id, erased_at in returned:
        with engine.begin() as connection:
            lock_people(connection, [clerk_id])
            wipe(Transaction(connection, subjects, now), clerk_id, erased_at)
    return len(returned)


def _returned(engine: Engine, subjects: Subjects) -> Iterator[tuple[str, int]]:
    """Chercher qui est revenu : chaque identifiant présent, réduit à son empreinte. Une empreinte ne se remonte pas."""
    present = union(
        *(
            select(table.c.clerk_id).where(table.c.clerk_id.is_not(None))
            for table in (*OWNED, INBOX, MENTIONS)
        )
    )
    with reading(engine).connect() as connection:
        erased = dict(connection.execute(select(REGISTER.c.subject, REGISTER.c.erased_at)).tuples().all())
        for (clerk_id,) in connection.execution_options(yield_per=1000).execute(present):
            if (erased_at := erased.get(subjects(clerk_id))) is not None:
                yield clerk_id, erased_at
