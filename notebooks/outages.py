"""L'histoire que vivent les récepteurs du lab 2 : des comptes qui changent, et des livraisons qui arrivent plus tard.

Les instants sont en secondes depuis le lundi 1er décembre 2025, 10 h (UTC) ; l'histoire commence ce jour-là à 18 h.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import select

from databases import verified
from grader.sender import (
    Delivery,
    Event,
    SimulatedClerk,
    SvixSender,
    User,
    new_secret,
)
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.receive import Receiver
from reference_impl.store.users import SHARED, USERS

START_MS = 1_764_583_200_000
HOUR = 3600
DAY = 24 * HOUR

ACCOUNTS = 120
PER_HOUR = 15
SIGN_UPS, DEPARTURES = 0.08, 0.02
"""La part des événements qui sont des inscriptions, et des suppressions de compte."""

State = tuple[str | None, ...]
"""L'adresse principale, le prénom et le nom, dans l'ordre de `SHARED`."""


def live(until: float, seed: int) -> tuple[list[Event], list[User]]:
    """Vivre de lundi 18 h à `until` ; rendre les événements, et les comptes à la fin."""
    rng = random.Random(seed)
    clerk = SimulatedClerk(rng, START_MS + 8 * HOUR * 1000)
    users = [clerk.create_user() for _ in range(ACCOUNTS)]
    events = [clerk.user_created(user) for user in users]
    while clerk.now_ms < START_MS + until * 1000:
        clerk.advance(round(rng.expovariate(PER_HOUR / HOUR) * 1000))
        events.append(_happen(clerk, users, rng))
    return events, users


def _happen(clerk: SimulatedClerk, users: list[User], rng: random.Random) -> Event:
    draw = rng.random()
    if draw < SIGN_UPS:
        users.append(clerk.create_user())
        return clerk.user_created(users[-1])
    if draw < SIGN_UPS + DEPARTURES:
        return clerk.user_deleted(users.pop(rng.randrange(len(users))))
    user = rng.choice(users)
    if draw < 0.55:
        user.rename()
    else:
        user.add_email(primary=True)
    return clerk.user_updated(user)


def seconds(event: Event) -> float:
    """Rendre l'instant d'un événement."""
    return (event.timestamp - START_MS) / 1000


def state(data: dict[str, Any]) -> State | None:
    """Lire l'état que porte un événement ; `None` pour un compte supprimé."""
    if data.get("deleted"):
        return None
    emails = {
        email["id"]: email["email_address"] for email in data["email_addresses"]
    }
    return (
        emails.get(data["primary_email_address_id"]),
        data["first_name"],
        data["last_name"],
    )


class Keeper(Protocol):
    """Ce qui reçoit des livraisons et tient une ligne par compte."""

    def receive(self, delivery: Delivery) -> None:
        """Traiter une livraison."""

    def row(self, clerk_id: str) -> State | None:
        """Rendre la ligne d'un compte."""


class Reference:
    """Le récepteur du cours. La signature n'est pas vérifiée : son horodatage est simulé."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self.outcomes: Counter[Outcome] = Counter()

    def receive(self, delivery: Delivery) -> None:
        """Traiter la livraison et compter son issue."""
        self.outcomes[self._receiver.receive(verified(delivery)).outcome] += 1

    def row(self, clerk_id: str) -> State | None:
        """Lire la ligne de ce compte dans la table."""
        wanted = select(*(USERS.c[name] for name in SHARED)).where(
            USERS.c.clerk_id == clerk_id
        )
        with self._receiver.engine.connect() as connection:
            found = connection.execute(wanted).first()
        return tuple(found) if found else None


@dataclass
class Present:
    """L'heure simulée, en millisecondes, que lisent l'expéditeur et le récepteur."""

    ms: int = START_MS

    def __call__(self) -> int:
        """Donner l'heure, comme l'horloge du récepteur."""
        return self.ms


@dataclass
class Story:
    """Ce que tient Clerk, et à chaque instant les comptes dont la ligne est fausse.

    Une ligne est fausse si elle ne dit pas ce que dit Clerk : un état ancien, une personne absente, ou supprimée et
    toujours là. Dans `wrong`, `True` désigne ces dernières.
    """

    truth: dict[str, State | None] = field(default_factory=dict)
    wrong: dict[float, dict[str, bool]] = field(default_factory=dict)

    def wrong_at(self, at: float) -> int:
        """Compter les lignes fausses à cet instant."""
        return len(self._at(at))

    def ghosts_at(self, at: float) -> int:
        """Compter, parmi elles, celles de personnes supprimées chez Clerk."""
        return sum(self._at(at).values())

    def _at(self, at: float) -> dict[str, bool]:
        return self.wrong[max(instant for instant in self.wrong if instant <= at)]


def follow(
    events: Sequence[Event],
    arrivals: Sequence[float | None],
    keeper: Keeper,
    present: Present | None = None,
) -> Story:
    """Faire survenir les événements et arriver leurs livraisons, chacun à son heure ; `None` : jamais.

    Chaque tentative garde le `svix-id` et le corps du message.
    """
    now, rng = present or Present(), random.Random(5)
    sender = SvixSender(new_secret(rng), rng, clock=lambda: now.ms / 1000)
    happen = [(seconds(event), "happens", n) for n, event in enumerate(events)]
    arrive = [
        (at, "is received", n) for n, at in enumerate(arrivals) if at is not None
    ]
    story, messages, wrong = Story(), {}, {}
    for at, what, n in sorted(happen + arrive):
        now.ms = START_MS + round(at * 1000)
        person = events[n].data["id"]
        if what == "happens":
            messages[n] = sender.deliver(events[n])
            story.truth[person] = state(events[n].data)
        else:
            keeper.receive(sender.resend(messages[n]))
        if keeper.row(person) == story.truth[person]:
            wrong.pop(person, None)
        else:
            wrong[person] = story.truth[person] is None
        story.wrong[at] = dict(wrong)
    return story
