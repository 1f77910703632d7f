"""Une population simulée : ses habitudes, tirées d'avance, et ses comptes chez une instance simulée de Clerk.

Les habitudes sont inventées. L'histoire (arrivées, connexions, changements, départs) ne dépend pas de ce qu'on en livre.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.sender import Delivery, SimulatedClerk, SvixSender, User, new_secret
from reference_impl.catalogue.reading import Data
from reference_impl.reconciliation.backend_api import BackendApi

START_MS = 1_764_583_200_000
"""Le 1er décembre 2025 à 10 h (UTC)."""

DAY_MS = 86_400_000
NIGHT_MS = 17 * 3_600_000
"""De 10 h au matin suivant, 3 h : l'heure des comparaisons et des réconciliations."""

BEFORE_VISIT_MS = 30_000
"""Un changement fait dans cette application précède de peu le jeton qui le porte."""


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
    changes_here: float
    """La part des changements faits dans cette application, juste avant une connexion."""
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
        rng = random.Random(seed)
        self.clerk = SimulatedClerk(rng, START_MS)
        self.users: dict[int, User] = {}
        self.documents: dict[str, Data] = {}
        self._sender = SvixSender(
            new_secret(rng), rng, clock=lambda: self.clerk.now_ms / 1000
        )
        self._rng = rng

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
        """Rendre, par identifiant, ce que Clerk dit de chacun : adresse principale, prénom, nom."""
        return {user.id: identity(user) for user in self.users.values()}


def identity(user: User) -> tuple[str | None, ...]:
    """Rendre les trois colonnes que l'on compare, dans l'ordre de `SHARED`."""
    return user.primary_email, user.first_name, user.last_name


class ListedUsers(BackendApi):
    """L'API de Clerk, moins HTTP : elle lit l'instance simulée, par pages, et compte ses appels."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._page = 500
        self.calls = 0

    def user_pages(self) -> Iterator[list[Data]]:
        """Parcourir tous les comptes ; une page incomplète est la dernière."""
        users = list(self._company.documents.values())
        for start in range(0, len(users) + 1, self._page):
            self.calls += 1
            yield users[start : start + self._page]

    def user(self, clerk_id: str) -> Data | None:
        """Rendre un compte, ou `None` si Clerk ne le connaît plus."""
        self.calls += 1
        return self._company.documents.get(clerk_id)


def story(rates: Rates, seed: int) -> tuple[list[int | None], list[Fact]]:
    """Tirer l'histoire : l'intervalle entre deux connexions de chaque personne, et les faits dans l'ordre."""
    rng = random.Random(seed)
    end = START_MS + rates.days * DAY_MS
    present = [interval for interval, people in rates.habits.items() for _ in range(people)]
    intervals = present + rng.choices(present, k=rates.arrivals)
    facts: list[Fact] = []
    for who, interval in enumerate(intervals):
        old = who < len(present)
        born = (
            START_MS + rng.randrange(3_600_000)
            if old
            else rng.randrange(START_MS + DAY_MS, end)
        )
        left = min(
            end, born + int(rng.expovariate(1 / (rates.days_before_departure * DAY_MS)))
        )
        visits = list(visit_instants(rng, interval, born, left, at_once=not old))
        found = [(born, "arrival"), *((at, "visit") for at in visits)]
        found += [(at, "change") for at in change_instants(rng, rates, visits, born, left)]
        found += [(left, "departure")] if left < end else []
        facts += [Fact(at, what, who, rng.random()) for at, what in found]
    return intervals, sorted(facts)


def visit_instants(
    rng: random.Random, interval: int | None, born: int, left: int, *, at_once: bool
) -> Iterator[int]:
    """Tirer les connexions : régulières à un cinquième près ; qui s'inscrit ici se connecte aussitôt."""
    if interval is None:
        return
    at = born + 60_000 if at_once else born + int(rng.random() * interval * DAY_MS) + 60_000
    while at < left:
        yield at
        at += int(rng.uniform(0.8, 1.2) * interval * DAY_MS)


def change_instants(
    rng: random.Random, rates: Rates, visits: list[int], born: int, left: int
) -> Iterator[int]:
    """Tirer les changements : au hasard du temps, sauf ceux que la personne fait ici, juste avant une connexion."""
    at = float(born)
    while True:
        at += rng.expovariate(1 / (rates.days_between_changes * DAY_MS))
        here = rng.random() < rates.changes_here
        if at >= left:
            return
        following = next((visit for visit in visits if visit > at + BEFORE_VISIT_MS), None)
        if not here:
            yield int(at)
        elif following is not None:
            yield following - BEFORE_VISIT_MS
