"""Les événements, lus par Pydantic avec tolérance : null, vide et absent disent la même chose."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

FIRST_MS = 10**11
LAST_MS = 10**14


def text_or_none(value: Any) -> str | None:
    """Rendre un texte non vide et enregistrable."""
    if not isinstance(value, str):
        return None
    # Une moitié de paire de substitution est du JSON valable, mais ne s'écrit pas en UTF-8.
    return value.encode(errors="ignore").decode() or None


def milliseconds(value: Any) -> int | None:
    """Rendre un instant en millisecondes, d'où qu'il vienne."""
    if type(value) is not int or value <= 0:
        return None
    instant = value if value >= FIRST_MS else value * 1000
    return instant if instant < LAST_MS else None


Text = Annotated[str | None, BeforeValidator(text_or_none)]
Instant = Annotated[int | None, BeforeValidator(milliseconds)]
Object = Annotated[dict[str, Any], BeforeValidator(lambda value: value if isinstance(value, dict) else {})]
Objects = Annotated[
    list[dict[str, Any]],
    BeforeValidator(
        lambda value: [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
    ),
]


class Person(BaseModel):
    """Les champs d'un utilisateur qui nous servent."""

    email_addresses: Objects = []
    primary_email_address_id: Text = None
    first_name: Text = None
    last_name: Text = None
    updated_at: Instant = None

    @property
    def email(self) -> str | None:
        """L'adresse désignée."""
        wanted = self.primary_email_address_id
        found = [a.get("email_address") for a in self.email_addresses if wanted and a.get("id") == wanted]
        return text_or_none(found[0]) if found else None


class Envelope(BaseModel):
    """L'enveloppe ; l'appelant exige un type."""

    type: Text = None
    data: Object = {}
    timestamp: Instant = None
    instance_id: Text = None

    @property
    def is_known(self) -> bool:
        """Dire si le serveur traite ce type."""
        return self.type in ("user.created", "user.updated", "user.deleted", "session.created")

    @property
    def person(self) -> str | None:
        """Le `clerk_id` de la personne, si l'événement la nomme."""
        return text_or_none(self.data.get("user_id" if self.type == "session.created" else "id"))
