"""Des copies d'une même population, comparées chaque nuit à ce que dit Clerk : une base par façon de se tenir à jour.

Chaque copie vit exactement la même histoire ; elle n'est écrite que par le récepteur.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any

from sqlalchemy import event, select

from clerk_api import ListedUsers
from databases import receiving, sqlite_database
from grader.sender import Delivery, User
from population import DAY_MS, START_MS, Company, Fact, Rates, Rows, identity, story
from reference_impl.clock import Clock
from reference_impl.receiving.receive import Receiver
from reference_impl.reconciliation.report import Report
from reference_impl.reconciliation.scan import reconcile
from reference_impl.store.engine import reading
from reference_impl.store.users import SHARED, USERS

NIGHT_MS = 17 * 3_600_000
"""De 10 h au matin suivant, 3 h : l'heure des comparaisons et des réconciliations."""


@dataclass
class Change:
    """Un changement, dans une copie : `seen_ms` est l'instant où la ligne est redevenue juste."""

    who: int
    interval: int | None
    made_ms: int
    lost: bool
    seen_ms: int | None = None
    moot: bool = False
    """La personne a supprimé son compte avant que le changement soit vu."""

    @property
    def made_day(self) -> float:
        """Dire quand il a été fait, en jours depuis le début."""
        return (self.made_ms - START_MS) / DAY_MS

    @property
    def unseen_days(self) -> float:
        """Dire combien de jours la ligne l'a ignoré ; infini s'il n'a jamais été vu."""
        return (
            float("inf")
            if self.seen_ms is None
            else (self.seen_ms - self.made_ms) / DAY_MS
        )


@dataclass(frozen=True)
class Audit:
    """Une comparaison de la table `users` avec Clerk, en nombres de personnes ; `day` compte depuis le début."""

    day: float
    after: bool
    """Faite juste après une réconciliation."""
    right: int
    stale: int
    ghosts: int
    missing: int

    @property
    def wrong(self) -> int:
        """Compter les personnes mal enregistrées."""
        return self.stale + self.ghosts + self.missing


@dataclass(frozen=True)
class Strategy:
    """Par où une copie apprend : la connexion, la livraison, la nuit (toutes les `every` nuits)."""

    login: Callable[[Receiver, User, int], object] | None = None
    webhook: Callable[[Receiver, Delivery], object] | None = None
    night: Callable[[Receiver, ListedUsers], Report] | None = None
    every: int = 1


@dataclass
class Copy:
    """Une base, par où elle apprend, et tout ce que l'on a mesuré d'elle."""

    strategy: Strategy
    receiver: Receiver
    api: ListedUsers
    changes: list[Change] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    commits: Counter[str] = field(default_factory=Counter)
    """Le nombre de transactions, selon ce qui les a causées."""
    cause: str = "import"
    pending: dict[str, list[Change]] = field(default_factory=dict)

    def rows(self, clerk_id: str | None = None) -> Rows:
        """Lire la table `users`, ou la ligne d'une personne."""
        wanted = select(USERS.c.clerk_id, *(USERS.c[name] for name in SHARED))
        if clerk_id is not None:
            wanted = wanted.where(USERS.c.clerk_id == clerk_id)
        with reading(self.receiver.engine).connect() as connection:
            return {row[0]: tuple(row[1:]) for row in connection.execute(wanted)}

    def changed(self, user: User, change: Change) -> None:
        """Noter un changement que la ligne ignore encore."""
        self.changes.append(change)
        self.pending.setdefault(user.id, []).append(change)

    def departed(self, user: User) -> None:
        """Noter que les changements encore ignorés de cette personne ne seront plus jamais vus."""
        for change in self.pending.pop(user.id, []):
            change.moot = True

    def look(self, users: list[User], now_ms: int) -> None:
        """Relire les lignes en retard de ces personnes : une ligne juste a vu tous les changements de la sienne."""
        for user in users:
            if user.id in self.pending and self.rows(user.id).get(
                user.id
            ) == identity(user):
                for change in self.pending.pop(user.id):
                    change.seen_ms = now_ms

    def audit(self, day: float, truth: Rows, *, after: bool) -> None:
        """Comparer toute la table à Clerk."""
        rows = self.rows()
        right = sum(truth.get(clerk_id) == row for clerk_id, row in rows.items())
        ghosts = len(rows.keys() - truth.keys())
        stale = len(rows) - right - ghosts
        missing = len(truth.keys() - rows.keys())
        self.audits.append(Audit(day, after, right, stale, ghosts, missing))


class Simulation:
    """Les faits, les livraisons qu'ils causent et les nuits, dans l'ordre du temps."""

    def __init__(
        self, company: Company, copies: list[Copy], rates: Rates, seed: int
    ) -> None:
        self._company = company
        self._copies = copies
        self._rates = rates
        self._intervals, self._facts = story(rates, seed)
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._rank = count()

    def run(self) -> None:
        """Importer les comptes du premier jour dans toutes les copies, puis tout dérouler."""
        first = [fact for fact in self._facts if fact.at_ms == START_MS]
        for fact in first:
            self._company.tell(fact)
        for copy in self._copies:
            reconcile(copy.receiver, copy.api)
            copy.api.calls = 0
        for fact in self._facts[len(first) :]:
            act = self._visit if fact.what == "visit" else self._tell
            self._plan(fact.at_ms, partial(act, fact))
        for rank in range(self._rates.days):
            self._plan(
                START_MS + rank * DAY_MS + NIGHT_MS, partial(self._night, rank)
            )
        while self._queue:
            at_ms, _, act_now = heappop(self._queue)
            self._company.wait_until(at_ms)
            act_now()

    def _plan(self, at_ms: int, act: Callable[[], None]) -> None:
        heappush(self._queue, (at_ms, next(self._rank), act))

    def _now(self) -> int:
        return self._company.clerk.now_ms

    def _visit(self, fact: Fact) -> None:
        user = self._company.users[fact.who]
        for copy in self._copies:
            if copy.strategy.login:
                copy.cause = "connexions"
                copy.strategy.login(copy.receiver, user, self._now())
                copy.look([user], self._now())

    def _tell(self, fact: Fact) -> None:
        lost = fact.drawn < self._rates.lost
        gone = self._company.users.get(fact.who)
        delivery = self._company.tell(fact)
        user = gone or self._company.users[fact.who]
        for copy in self._copies:
            if fact.what == "change":
                interval = self._intervals[fact.who]
                copy.changed(user, Change(fact.who, interval, fact.at_ms, lost))
            elif fact.what == "departure":
                copy.departed(user)
            if copy.strategy.webhook and not lost:
                arrives = fact.at_ms + self._rates.delivery_s * 1000
                self._plan(arrives, partial(self._arrive, copy, delivery, user))

    def _arrive(self, copy: Copy, delivery: Delivery, user: User) -> None:
        copy.cause = "livraisons"
        if copy.strategy.webhook:
            copy.strategy.webhook(copy.receiver, delivery)
        copy.look([user], self._now())

    def _night(self, rank: int) -> None:
        """Comparer, réconcilier s'il le faut, comparer encore."""
        day, truth = rank + NIGHT_MS / DAY_MS, self._company.truth()
        for copy in self._copies:
            copy.audit(day, truth, after=False)
            if copy.strategy.night and rank % copy.strategy.every == 0:
                copy.cause, before = "réconciliations", copy.api.calls
                copy.reports.append(copy.strategy.night(copy.receiver, copy.api))
                copy.calls.append(copy.api.calls - before)
                copy.look(list(self._company.users.values()), self._now())
                copy.audit(day, truth, after=True)


def live(
    strategies: Mapping[str, Strategy], rates: Rates, seed: int
) -> dict[str, Copy]:
    """Faire vivre la même histoire à une base par stratégie ; rendre ce que l'on a mesuré de chacune."""
    company = Company(seed)
    with ExitStack() as opened:
        copies = {
            name: opened.enter_context(
                copy_of(company, strategy, lambda: company.clerk.now_ms)
            )
            for name, strategy in strategies.items()
        }
        Simulation(company, list(copies.values()), rates, seed).run()
    return copies


@contextmanager
def copy_of(company: Company, strategy: Strategy, clock: Clock) -> Iterator[Copy]:
    """Ouvrir une base neuve. Elle compte ses transactions et n'attend pas le disque : le temps est simulé."""
    with sqlite_database() as url, receiving(url, clock=clock) as receiver:
        copy = Copy(strategy, receiver, ListedUsers(company.documents))

        @event.listens_for(receiver.engine, "connect")
        def hurry(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous = OFF")

        @event.listens_for(receiver.engine, "commit")
        def counted(_connection: object) -> None:
            copy.commits[copy.cause] += 1

        yield copy
