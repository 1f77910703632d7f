"""Les textes du scénario 1 : la bienvenue, et le message à qui devient administrateur.

Un nom choisi par une personne est une donnée : il n'entre pas dans un en-tête, ne s'étend pas sur une page, et n'apporte
pas de lien. Sans cela, s'inscrire avec l'adresse d'un autre et une publicité pour prénom la lui enverrait en notre nom.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, column, select, table

from reference_impl.effects.messages import Application, Composer, Message
from reference_impl.effects.senders import Effect
from reference_impl.scenarios.welcome import ADMIN_ROLE
from reference_impl.tables import Organization

ORGANIZATIONS: Table = Organization.__table__  # type: ignore[attr-defined]
ACTIVE = table("active_memberships", column("organization_id"), column("clerk_id"), column("role"))

LONGEST_NAME = 60
"""Un nom plus long n'est pas cité."""

_JOINERS = "\u200c\u200d"
"""Ils sont invisibles, mais le persan et certains émojis en ont besoin."""

_LINK = re.compile(r"[/@:\\]|\.\w|www", re.IGNORECASE)
"""Ce dont une messagerie ferait un lien, même sans `https://`."""


def welcome_message(_connection: Connection, effect: Effect, application: Application) -> Message | None:
    """Composer la bienvenue ; `None` pour un compte déjà fermé."""
    assert effect.recipient is not None  # `address_of` l'a exigé
    if effect.recipient["banned"] or effect.recipient["deprovisioned"]:
        return None
    told = f"Votre compte est prêt : bienvenue sur {application.name} !"
    return Message(f"Bienvenue sur {application.name}", letter(effect, application, told))


def admin_message(connection: Connection, effect: Effect, application: Application) -> Message | None:
    """Composer le message au nouvel administrateur ; `None` s'il ne l'est plus, ou si l'organisation n'existe plus."""
    assert effect.recipient is not None  # `address_of` l'a exigé
    if effect.recipient["banned"] or effect.recipient["deprovisioned"]:
        return None
    found = connection.execute(_administered(effect)).first()
    if found is None:
        return None
    name = shown(found.name)
    organization = f"l'organisation « {name} »" if name else "une organisation"
    told = f"Vous administrez maintenant {organization} : vous pouvez y inviter des membres et choisir leurs rôles."
    return Message(
        f"Vous administrez une organisation sur {application.name}", letter(effect, application, told)
    )


COMPOSERS: Mapping[str, Composer] = {"welcome_email": welcome_message, "admin_email": admin_message}
"""Ce qui compose chaque sorte de message de ce scénario."""


def _administered(effect: Effect) -> Any:
    """Chercher l'organisation, si la personne l'administre encore. Son nom peut ne pas être arrivé."""
    assert effect.recipient is not None  # `address_of` l'a exigé
    named = ACTIVE.outerjoin(ORGANIZATIONS, ORGANIZATIONS.c.organization_id == ACTIVE.c.organization_id)
    return (
        select(ORGANIZATIONS.c.name)
        .select_from(named)
        .where(ACTIVE.c.organization_id == effect.payload["organization_id"])
        .where(ACTIVE.c.clerk_id == effect.recipient["clerk_id"], ACTIVE.c.role == ADMIN_ROLE)
    )


def letter(effect: Effect, application: Application, *paragraphs: str) -> str:
    """Entourer des paragraphes du bonjour, du lien vers l'application et de la signature."""
    name = shown((effect.recipient or {}).get("first_name"))
    link = [f"Pour continuer : {application.url}"] if application.url else []
    parts = [
        f"Bonjour {name}," if name else "Bonjour,",
        *paragraphs,
        *link,
        f"À bientôt,\n{application.name}",
    ]
    return "\n\n".join(parts) + "\n"


def shown(name: str | None) -> str | None:
    """Rendre le nom tel qu'on peut l'écrire, sur une ligne ; `None` s'il vaut mieux s'en passer."""
    visible = "".join(c if is_visible(c) else " " if c.isspace() else "" for c in name or "")
    line = " ".join(visible.split())
    return None if not line or len(line) > LONGEST_NAME or _LINK.search(line) else line


def is_visible(character: str) -> bool:
    """Dire si ce caractère s'écrit : ni commande, ni caractère invisible, ni moitié d'émoji."""
    return unicodedata.category(character)[0] not in "CZ" or character in _JOINERS
