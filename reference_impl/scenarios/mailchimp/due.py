"""Ce qui rend une mise à jour due, et ce que la liste de diffusion doit savoir d'une personne.

Créer un compte n'est pas consentir à recevoir une lettre d'information. L'application note le consentement, quand on le
lui donne, dans `public_metadata.newsletter` : seul `true` vaut consentement. La personne ne peut pas l'y écrire
elle-même : Clerk réserve ce champ au serveur de l'application.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, bindparam, cast, exists, select

from reference_impl.catalogue.reading import inside, text, yes
from reference_impl.privacy.erasure import DISCLOSURES
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.reactions import PersonChange, Writes
from reference_impl.store.dialects import insert
from reference_impl.store.outbox import OUTBOX
from reference_impl.store.pipeline import Write
from reference_impl.store.users import USERS

MAILCHIMP = "mailchimp"
"""La file de Mailchimp, et son nom parmi les destinataires."""

MEMBER = "mailchimp_member"

CONSENT = "newsletter"
"""Le champ de `public_metadata` qui dit le consentement."""

LONGEST_FIELD = 255
"""Mailchimp refuse un champ plus long."""


@dataclass(frozen=True, repr=False)
class Subscriber:
    """Une personne qui consent. Elle n'a pas de `repr` : une adresse finirait dans un journal."""

    email: str
    first_name: str
    last_name: str

    @property
    def member(self) -> str:
        """Ce par quoi Mailchimp désigne l'adresse : une empreinte publique, et donc une donnée personnelle."""
        return hashlib.md5(self.email.lower().encode(), usedforsecurity=False).hexdigest()


def subscriber(row: dict[str, Any]) -> Subscriber | None:
    """Lire une ligne de `users` ; `None` si la personne ne consent pas, ou n'a pas d'adresse."""
    email = text(row, "email")
    if email is None or not yes(inside(row, "public_metadata"), CONSENT):
        return None
    first, last = (row[name] or "" for name in ("first_name", "last_name"))
    return Subscriber(email, first[:LONGEST_FIELD], last[:LONGEST_FIELD])


def keep_subscribed(transaction: Transaction, change: PersonChange) -> Writes:
    """Devoir une mise à jour de la liste, si le consentement de la personne y est dit, ou si elle y est déjà connue.

    L'effet ne dit pas quoi faire : l'envoi lira la personne telle qu'elle sera alors. Des effets exécutés en désordre,
    ou deux fois, mènent ainsi au même état.
    """
    row = {
        "key": f"{MAILCHIMP}/{change.clerk_id}/{change.mark}",
        "kind": MEMBER,
        "destination": MAILCHIMP,
        "clerk_id": change.clerk_id,
        "created_at": transaction.now,
        "next_attempt_at": transaction.now,
        "attempts": 0,
    }
    yield Write(_add(transaction.dialect, tuple(row)), row)


@lru_cache(maxsize=2)
def _add(dialect: str, names: tuple[str, ...]) -> Any:
    """Construire l'ordre SQL, qui n'inscrit rien pour qui n'est pas concerné : presque tout le monde.

    La ligne de la personne est déjà écrite, dans la même transaction. Chercher le nom du champ dans le texte suffit :
    un effet de trop ne ferait rien.
    """
    person = bindparam("clerk_id", type_=OUTBOX.c.clerk_id.type)
    told = cast(USERS.c.public_metadata, Text).contains(f'"{CONSENT}"')
    speaks = exists().where(USERS.c.clerk_id == person, told)
    known = exists().where(DISCLOSURES.c.clerk_id == person, DISCLOSURES.c.recipient == MAILCHIMP)
    values = select(*(bindparam(name, type_=OUTBOX.c[name].type).label(name) for name in names))
    statement = insert(dialect, OUTBOX).from_select(
        list(names), values.where(speaks | known), include_defaults=False
    )
    return statement.on_conflict_do_nothing(index_elements=[OUTBOX.c.key]).returning(OUTBOX.c.key)
