"""Une population simulée : ses habitudes, tirées d'avance, et ses comptes chez une instance simulée de Clerk.

Les habitudes sont inventées. L'histoire (arrivées, connexions, changements, départs) ne dépend pas de ce qu'on en livre.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.sender import Delivery, SimulatedClerk, SvixSender, User, new_secret
from reference_impl.catalogue.reading import Data

START_MS = 1_764_583_200_000
"""Le 1er décembre 2025 à 10 h (UTC)."""

DAY_MS = 86_400_000

Rows = dict[str, tuple[str | None, ...]]
"""Par identifiant : adresse principale, prénom, nom."""


@dataclass(frozen=True)
class Rates:
    """Les hypothèses ; les durées en jours sont des moyennes."""

    days: int
    habits: Mapping[int | None, int]
    """Le nombre de personnes pour chaque intervalle, en jours, entre deux connexions ; `None` : jamais."""
    arrivals: int
    days_between_changes: float
    days_before_departure: float
    lost: float
    """La part des livraisons qui n'arrivent jamais."""
    delivery_s: int


@dataclass(frozen=True, order=True)
class Fact:
    """Ce qui arrive à une personne. `drawn`, entre 0 et 1, décide si la livraison se perd."""

    at_ms: int
    what: str
    who: int
    drawn: float = field(compare=False)


class Company:
    """L'instance de Clerk et ses personnes, désignées par leur rang."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self.clerk = SimulatedClerk(self._rng, START_MS)
        self.users: dict[int, User] = {}
        self.documents: dict[str, Data] = {}
        secret = new_secret(self._rng)
        self._sender = SvixSender(
            secret, self._rng, clock=lambda: self.clerk.now_ms / 1000
        )

    def wait_until(self, at_ms: int) -> None:
        """Laisser passer le temps jusqu'à `at_ms`."""
        self.clerk.advance(max(0, at_ms - self.clerk.now_ms))

    def tell(self, fact: Fact) -> Delivery:
        """Faire arriver le fait chez Clerk ; rendre la livraison qui l'annonce."""
        clerk = self.clerk
        if fact.what == "departure":
            user = self.users.pop(fact.who)
            del self.documents[user.id]
            return self._sender.deliver(clerk.user_deleted(user))
        if fact.what == "arrival":
            user = self.users[fact.who] = clerk.create_user()
            told = clerk.user_created(user)
        else:
            user = self.users[fact.who]
            self._change(user)
            told = clerk.user_updated(user)
        self.documents[user.id] = user.data()
        return self._sender.deliver(told)

    def _change(self, user: User) -> None:
        if self._rng.random() < 0.5:
            user.rename()
        else:
            user.add_email(primary=True)

    def truth(self) -> Rows:
        """Rendre, par identifiant, ce que Clerk dit de chacun."""
        return {user.id: identity(user) for user in self.users.values()}


def identity(user: User) -> tuple[str | None, ...]:
    """Rendre l'adresse principale, le prénom et le nom."""
    return user.primary_email, user.first_name, user.last_name


def story(rates: Rates, seed: int) -> tuple[list[int | None], list[Fact]]:
    """Tirer l'histoire : l'intervalle entre deux connexions de chacun, et les faits dans l'ordre.

    Les premiers faits sont les arrivées de ceux qui ont déjà un compte le premier jour.
    """
    rng = random.Random(seed)
    end = START_MS + rates.days * DAY_MS
    present = [
        interval for interval, people in rates.habits.items() for _ in range(people)
    ]
    intervals = present + rng.choices(present, k=rates.arrivals)
    facts: list[Fact] = []
    for who, interval in enumerate(intervals):
        old = who < len(present)
        born = START_MS if old else rng.randrange(START_MS + DAY_MS, end)
        stay = int(rng.expovariate(1 / (rates.days_before_departure * DAY_MS)))
        left = min(end, born + DAY_MS + stay)
        found = [(born, "arrival"), *((left, "departure") for _ in range(left < end))]
        found += [
            (at, "visit") for at in visits(rng, interval, born, left, at_once=not old)
        ]
        found += [(at, "change") for at in changes(rng, rates, born, left)]
        facts += [Fact(at, what, who, rng.random()) for at, what in found]
    return intervals, sorted(facts)


def visits(
    rng: random.Random, interval: int | None, born: int, left: int, *, at_once: bool
) -> Iterator[int]:
    """Tirer les connexions : régulières à 20 % près ; qui s'inscrit ici se connecte aussitôt."""
    if interval is None:
        return
    at = born + 60_000 + (0 if at_once else int(rng.random() * interval * DAY_MS))
    while at < left:
        yield at
        at += int(rng.uniform(0.8, 1.2) * interval * DAY_MS)


def changes(rng: random.Random, rates: Rates, born: int, left: int) -> Iterator[int]:
    """Tirer les changements, à des instants quelconques."""
    at = born
    while (
        at := at + int(rng.expovariate(1 / (rates.days_between_changes * DAY_MS)))
    ) < left:
        yield at
