"""Ce que les scénarios ajoutent à une écriture : des effets dus et des lignes, dans la même transaction.

Le récepteur ne connaît aucun scénario. Ceux qui sont configurés s'inscrivent ici (`assembly.reactions`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reference_impl.edge.envelope import Event
from reference_impl.store.pipeline import Write

if TYPE_CHECKING:
    from reference_impl.receiving.outcomes import Outcome, Transaction

Writes = Iterator[Write]
"""Des écritures, rendues une à une par un générateur : celles d'un groupe de livraisons partent ensemble."""


@dataclass(frozen=True)
class PersonChange:
    """L'écriture d'une personne, quel que soit le chemin qui l'a menée : webhook, connexion, réconciliation.

    `created` : sa ligne vient de naître. `recent` : son compte aussi ; une réconciliation en trouve de très anciens.
    `version` est en millisecondes.
    """

    clerk_id: str
    version: int
    created: bool
    recent: bool = True
    by_login: bool = False

    @property
    def mark(self) -> str:
        """Distinguer cette écriture d'une autre : une connexion et un webhook peuvent avoir la même version."""
        return f"{self.version}/login" if self.by_login else str(self.version)


@dataclass(frozen=True)
class RoleChange:
    """L'écriture d'une appartenance : le rôle qu'elle donne, et celui d'avant.

    `known` : l'appartenance avait déjà sa ligne ; `recent` : elle est née il y a peu chez Clerk. `version` est en
    millisecondes.
    """

    clerk_id: str
    organization_id: str
    role: str | None
    before: str | None
    known: bool
    recent: bool
    version: int


@dataclass(frozen=True)
class News:
    """Une nouvelle à transmettre aux applications abonnées ; `key` l'identifie, `payload` n'a rien de personnel."""

    type: str
    key: str
    payload: dict[str, Any] = field(default_factory=dict)


OnPerson = Callable[["Transaction", PersonChange], Writes]
OnEvent = Callable[["Transaction", Event, "Outcome"], Writes]
OnRole = Callable[["Transaction", RoleChange], Writes]
OnLogin = Callable[["Transaction", str, int], Writes]
OnNews = Callable[["Transaction", News], Writes]


@dataclass(frozen=True)
class Reactions:
    """Les réactions inscrites, chacune un générateur d'écritures."""

    people: tuple[OnPerson, ...] = ()
    events: tuple[OnEvent, ...] = ()
    logins: tuple[OnLogin, ...] = ()
    roles: tuple[OnRole, ...] = ()
    news: tuple[OnNews, ...] = ()

    def person_written(self, transaction: "Transaction", change: PersonChange) -> Writes:
        """Réagir à l'écriture d'une personne : jamais pour un instantané dépassé, ni pour une personne effacée."""
        for react in self.people:
            yield from react(transaction, change)

    def event_recorded(self, transaction: "Transaction", event: Event, outcome: "Outcome") -> Writes:
        """Réagir à un événement traité ou dépassé."""
        for react in self.events:
            yield from react(transaction, event, outcome)

    def logged_in(self, transaction: "Transaction", clerk_id: str, at: int) -> Writes:
        """Réagir à une connexion, qu'elle ait ou non changé la ligne de la personne ; `at` est en millisecondes."""
        for react in self.logins:
            yield from react(transaction, clerk_id, at)

    def role_written(self, transaction: "Transaction", change: RoleChange) -> Writes:
        """Réagir à l'écriture d'une appartenance."""
        for react in self.roles:
            yield from react(transaction, change)

    def announced(self, transaction: "Transaction", news: News) -> Writes:
        """Réagir à une nouvelle : un paiement, un colis."""
        for react in self.news:
            yield from react(transaction, news)


NONE = Reactions()
"""Aucune réaction : le récepteur seul."""
