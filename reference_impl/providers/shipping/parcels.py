"""L'écriture d'un colis, et ce qu'elle annonce. La comparaison est dans l'ordre SQL : rien n'est lu avant d'écrire."""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Table

from reference_impl.catalogue.reading import Data, short
from reference_impl.errors import UnusableEventError
from reference_impl.providers.shipping.states import precedence
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.reactions import News
from reference_impl.store.pipeline import Write, perform, perform_all
from reference_impl.store.versioned import insert_values
from reference_impl.tables import Parcel

PARCELS: Table = Parcel.__table__  # type: ignore[attr-defined]

KEY = [PARCELS.c.carrier, PARCELS.c.tracking_number]

ANNOUNCED = frozenset({"in_transit", "exception", "returned", "delivered"})

REQUIRED = {
    "carrier": "no_carrier",
    "tracking_number": "no_tracking_number",
    "status": "no_status",
    "status_at": "no_time",
}
"""Ce sans quoi une nouvelle ne sert à rien, et la raison notée quand il manque."""

_CODE = re.compile(r"[A-Za-z0-9_]{1,64}")


def carrier(data: Data) -> str | None:
    """Lire le transporteur. Une barre oblique y rendrait ambiguë la clé des nouvelles, où elle sépare."""
    found = short(data, "carrier")
    return None if found is None or "/" in found else found


def code(data: Data, name: str) -> str | None:
    """Lire un code, et jamais une phrase : le transporteur peut y nommer la personne qui a signé."""
    found = short(data, name)
    return found if found and _CODE.fullmatch(found) else None


def record_parcel(transaction: Transaction, row: dict[str, Any]) -> Outcome:
    """Écrire la nouvelle, si elle l'emporte sur la ligne, et l'annoncer. Lève `UnusableEventError`."""
    for name, reason in REQUIRED.items():
        if row[name] is None:
            raise UnusableEventError(reason)
    if perform(transaction.connection, parcel_write(transaction.dialect, row)) is None:
        return Outcome.STALE
    if row["status"] in ANNOUNCED:
        perform_all(transaction.connection, transaction.reactions.announced(transaction, news(row)))
    return Outcome.PROCESSED


def parcel_write(dialect: str, row: dict[str, Any]) -> Write:
    """Préparer l'écriture, sans effet si la ligne tient d'une nouvelle qui l'emporte. `order_id` n'est pas touché."""
    return Write(_upsert(dialect, tuple(row)), row)


@lru_cache(maxsize=2)
def _upsert(dialect: str, names: tuple[str, ...]) -> Any:
    statement = insert_values(dialect, PARCELS, names)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=KEY,
        set_={name: new[name] for name in names if not PARCELS.c[name].primary_key},
        where=precedence(PARCELS.c) < precedence(new),
    ).returning(*KEY)


def news(row: dict[str, Any]) -> News:
    """Composer la nouvelle à transmettre. Un colis déjà annoncé en cet état a la même clé : elle ne part qu'une fois."""
    kind = f"parcel.{row['status']}"
    told = {name: row[name] for name in ("carrier", "tracking_number", "status_at")}
    return News(kind, f"{kind}/{row['carrier']}/{row['tracking_number']}", told)
