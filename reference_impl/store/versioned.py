"""L'écriture versionnée : un état ancien n'écrase jamais un état récent, et une suppression est définitive."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, exists, literal, select

from reference_impl.store.dialects import insert
from reference_impl.store.pipeline import Write
from reference_impl.tables import ErasureEntry

VERSION = "clerk_updated_at"
"""La colonne de version de toutes les tables qui reflètent une ressource de Clerk."""

_REGISTER: Table = ErasureEntry.__table__  # type: ignore[attr-defined]


def upsert(
    dialect: str, table: Table, row: dict[str, Any], *, subject: str | None = None, again: bool = False
) -> Write:
    """Préparer l'écriture de `row`, sans effet si la table en a une version aussi récente ou une pierre tombale.

    `subject` est l'empreinte de la personne dont parle la ligne : si elle est effacée, rien n'est écrit. `again`
    accepte aussi la même version, pour rejouer une livraison. Quand rien n'est écrit, RETURNING ne rend rien.
    """
    statement = _upsert(dialect, table, tuple(row), subject is not None, again)
    return Write(statement, row if subject is None else {**row, "subject": subject})


@lru_cache(maxsize=256)
def _upsert(dialect: str, table: Table, names: tuple[str, ...], guarded: bool, again: bool) -> Any:
    """Construire l'ordre SQL, une fois par forme : il compare et écrit d'un coup, sans lecture préalable."""
    (key,) = table.primary_key
    statement = (
        insert_unless_erased(dialect, table, names) if guarded else insert_values(dialect, table, names)
    )
    excluded = statement.excluded
    newer = table.c[VERSION] <= excluded[VERSION] if again else table.c[VERSION] < excluded[VERSION]
    return statement.on_conflict_do_update(
        index_elements=[key],
        set_={name: excluded[name] for name in names if name != key.name},
        where=newer & table.c.deleted_at.is_(None) if "deleted_at" in table.c else newer,
    ).returning(key)


def insert_values(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    """Préparer `INSERT INTO table (…) VALUES (…)`."""
    return insert(dialect, table).values({name: bindparam(name) for name in names})


def insert_unless_erased(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    """Préparer `INSERT INTO table (…) SELECT … WHERE NOT EXISTS (la personne au registre d'effacement)`.

    La condition est dans l'ordre SQL lui-même, qui s'exécute sous le verrou de la personne (`store.locks`) : aucun
    effacement ne peut passer entre la condition et l'écriture.
    """
    erased = exists().where(_REGISTER.c.subject == bindparam("subject"))
    values = select(*(bindparam(name, type_=table.c[name].type).label(name) for name in names))
    return insert(dialect, table).from_select(list(names), values.where(~erased), include_defaults=False)


def bury(dialect: str, table: Table, identifier: str, deleted_at: int) -> Write:
    """Préparer une suppression : vider la ligne et y poser une pierre tombale, même si la ressource est inconnue.

    Une création en retard trouvera la pierre tombale et n'écrira rien. `deleted_at` est en millisecondes ; de deux
    suppressions, la plus ancienne fait foi, dans quelque ordre qu'elles arrivent.
    """
    (key,) = table.primary_key
    return Write(_bury(dialect, table), {key.name: identifier, "deleted_at": deleted_at})


@lru_cache(maxsize=64)
def _bury(dialect: str, table: Table) -> Any:
    (key,) = table.primary_key
    columns = {key.name: bindparam(key.name), "deleted_at": bindparam("deleted_at"), VERSION: literal(0)}
    statement = insert(dialect, table).values(columns)
    earlier = table.c.deleted_at.is_(None) | (statement.excluded.deleted_at < table.c.deleted_at)
    emptied: dict[str, Any] = {column.name: None for column in table.c if column.nullable}
    return statement.on_conflict_do_update(
        index_elements=[key],
        set_={**emptied, VERSION: 0, "deleted_at": statement.excluded.deleted_at},
        where=earlier,
    ).returning(key)
