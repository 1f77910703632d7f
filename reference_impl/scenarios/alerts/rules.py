"""Les règles : ce que chacune compte dans une fenêtre de temps, à partir de combien, et ce qu'il faut en penser.

Les fenêtres sont fixes (une heure de l'horloge, un jour, en UTC) : quel que soit l'ordre d'arrivée, les mêmes événements
donnent les mêmes alertes. En contrepartie, six sessions à cheval sur deux heures n'en donnent aucune.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reference_impl.catalogue.reading import event_version, inside, short, when
from reference_impl.edge.envelope import Event

HOUR_MS = 3_600_000
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Signal:
    """Un fait : `value` est compté une fois dans la fenêtre qui commence à `at`, en millisecondes.

    `scope` sépare les alertes d'une même fenêtre ; vide, il n'y en a qu'une par personne. `at` vaut `None` si l'instant
    manque et que la règle s'en passe.
    """

    at: int | None
    value: str
    scope: str = ""


@dataclass(frozen=True)
class Rule:
    """Une règle. `enough` faits dans la même fenêtre lèvent l'alerte ; `read` tire d'un événement le fait à compter."""

    name: str
    enough: int
    read: Callable[[Event], Signal | None]
    why: str
    what_next: str


def window(at: int | None, length_ms: int) -> int | None:
    """Rendre le début de la fenêtre où tombe un instant."""
    return None if at is None else at - at % length_ms


def impersonated(event: Event) -> Signal | None:
    """Lire une session où quelqu'un agit à la place de la personne : `actor` dit qui. On ne le garde pas."""
    if not borrowed(event):
        return None
    return Signal(window(when(event.data, "created_at"), HOUR_MS), event.resource_id, event.resource_id)


def borrowed(event: Event) -> bool:
    """Dire si quelqu'un d'autre tient la session : elle ne dit alors rien de ce que fait la personne."""
    return bool(event.data.get("actor"))


def opened(event: Event) -> Signal | None:
    """Lire une session, dans l'heure de sa création. Tout événement d'elle la fait connaître, même sa fin."""
    if borrowed(event):
        return None
    hour = window(when(event.data, "created_at"), HOUR_MS)
    return None if hour is None else Signal(hour, event.resource_id)


def located(event: Event) -> Signal | None:
    """Lire un pays, le jour où la personne y a été active : sa session peut finir bien plus tard, sans elle."""
    if borrowed(event):
        return None
    day = window(when(event.data, "last_active_at"), DAY_MS)
    country = short(inside(event.data, "latest_activity"), "country")
    return None if day is None or country is None else Signal(day, country)


def revoked(event: Event) -> Signal | None:
    """Lire une session que l'application a révoquée, dans l'heure de l'événement."""
    if event.type != "session.revoked" or borrowed(event):
        return None
    return Signal(window(event_version(event), HOUR_MS), event.resource_id)


RULES = (
    Rule(
        "impersonation",
        1,
        impersonated,
        "Quelqu'un a ouvert une session à la place de cette personne.",
        "Vérifiez qu'un membre de votre équipe l'a fait à sa demande : Clerk le permet au support.",
    ),
    Rule(
        "many_sessions",
        6,
        opened,
        "Plus de cinq sessions de cette personne ont été créées dans la même heure.",
        "Cherchez un script qui se connecte en boucle. Sinon, révoquez les sessions et faites changer le mot de passe.",
    ),
    Rule(
        "two_countries",
        2,
        located,
        "Cette personne a été active dans deux pays le même jour.",
        "Un voyage ou un VPN suffit à l'expliquer. Lisez les pays dans son export, et demandez-lui avant de révoquer.",
    ),
    Rule(
        "mass_revocation",
        3,
        revoked,
        "Au moins trois sessions de cette personne ont été révoquées dans la même heure.",
        "Demandez-lui si elle a déconnecté ses appareils. Si elle craint un vol, faites changer le mot de passe.",
    ),
)
