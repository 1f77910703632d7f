"""À qui un message était envoyé, tel que Resend l'écrit."""

import re
from typing import Any

from reference_impl.catalogue.reading import Data

_QUOTED = re.compile(r'"[^"]*"')
"""Un nom entre guillemets, où tout caractère est permis."""

_MAILBOX = re.compile(r"[^<>@]*<\s*([^\s<>@,]+@[^\s<>@,]+)\s*>\s*|\s*([^\s<>@,]+@[^\s<>@,]+)\s*")


def only_recipient(data: Data) -> str | None:
    """Rendre l'adresse du seul destinataire du message.

    S'il y en a plusieurs, l'événement ne dit pas duquel il parle : aucun n'est noté, plutôt que d'en condamner un à
    tort. Envoyez un message par personne ; vous ne révélerez pas non plus leurs adresses aux autres.
    """
    given = (data.get(name) for name in ("to", "cc", "bcc"))
    told = [item for value in given if value for item in (value if isinstance(value, list) else [value])]
    found = {plain_address(item) for item in told}
    return found.pop() if len(found) == 1 else None


def plain_address(value: Any) -> str | None:
    """Lire l'unique adresse d'un texte, « Nom <a@b> » ou « a@b » ; la rendre en minuscules."""
    found = _MAILBOX.fullmatch(_QUOTED.sub("", value)) if isinstance(value, str) else None
    return (found[1] or found[2]).lower() if found else None
