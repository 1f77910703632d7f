"""Les étapes de l'accueil, et ce qui fait que chacune est franchie."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, column, select, table

from reference_impl.store.users import USERS

ACTIVE_MEMBERSHIPS = table("active_memberships", column("clerk_id"))
"""La vue des appartenances qui valent encore : celle d'une organisation supprimée n'y est pas."""


@dataclass(frozen=True)
class Person:
    """Ce que la base sait d'une personne : sa ligne, `None` tant qu'aucun webhook ni aucune connexion ne l'a écrite."""

    row: dict[str, Any] | None
    is_member: bool


@dataclass(frozen=True)
class Step:
    """Une étape : son titre, pour la personne, et la condition qui la franchit."""

    id: str
    title: str
    is_done: Callable[[Person], bool]


def has_account(person: Person) -> bool:
    """Dire si la personne a une ligne."""
    return person.row is not None


def has_verified_address(person: Person) -> bool:
    """Dire si l'une de ses adresses est vérifiée. Un jeton de session ne le dit pas : il faut attendre le webhook."""
    listed = (person.row or {}).get("email_addresses")
    return any(item["verified"] for item in listed or [])


def has_full_name(person: Person) -> bool:
    """Dire si la personne a donné son prénom et son nom."""
    row = person.row or {}
    return bool(row.get("first_name") and row.get("last_name"))


def is_member(person: Person) -> bool:
    """Dire si la personne appartient à une organisation qui existe encore."""
    return person.is_member


STEPS = (
    Step("account", "Créez votre compte", has_account),
    Step("email", "Vérifiez votre adresse de messagerie", has_verified_address),
    Step("profile", "Indiquez votre prénom et votre nom", has_full_name),
    Step("organization", "Créez une organisation, ou rejoignez la vôtre", is_member),
)


def read_person(connection: Connection, clerk_id: str) -> Person:
    """Lire de quoi juger l'avancement d'une personne."""
    row = connection.execute(select(USERS).where(USERS.c.clerk_id == clerk_id)).mappings().first()
    mine = select(ACTIVE_MEMBERSHIPS.c.clerk_id).where(ACTIVE_MEMBERSHIPS.c.clerk_id == clerk_id).limit(1)
    return Person(dict(row) if row else None, connection.execute(mine).first() is not None)


def remaining(person: Person) -> list[Step]:
    """Rendre les étapes qui restent, dans l'ordre."""
    return [step for step in STEPS if not step.is_done(person)]
