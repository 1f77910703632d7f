"""La table des types d'événements."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reference_impl import tables
from reference_impl.catalogue import billing, memberships, organizations, permissions, sessions, users
from reference_impl.catalogue.reading import Data, person
from reference_impl.catalogue.resources import Reader, Resource
from reference_impl.edge.envelope import Event
from reference_impl.receiving.outcomes import Steps, Transaction

Record = Callable[[Transaction, Event], Steps]


@dataclass(frozen=True)
class Entry:
    """Un type d'événement : ce qu'il écrit, et la personne qui en est le sujet, s'il y en a une.

    `guarded` : l'ordre SQL de l'écriture refuse lui-même une personne effacée. Sinon, le registre d'effacement est
    consulté avant d'écrire.
    """

    record: Record
    subject: Callable[[Data], str | None]
    guarded: bool = False


def _resource(
    name: str, model: Any, read: Reader, subject: Callable[[Data], str | None] = person
) -> dict[str, Entry]:
    """Les trois types d'une ressource ordinaire : `created`, `updated`, `deleted`."""
    resource = Resource(model.__table__, read)
    written = {f"{name}.{verb}": Entry(resource.record, subject) for verb in ("created", "updated")}
    return {**written, f"{name}.deleted": Entry(resource.remove, subject)}


def _users() -> dict[str, Entry]:
    def subject(data: Data) -> str | None:
        return person(data, "id")

    written = {
        f"user.{verb}": Entry(users.record_user, subject, guarded=True) for verb in ("created", "updated")
    }
    return {**written, "user.deleted": Entry(users.erase_user, subject, guarded=True)}


def _memberships() -> dict[str, Entry]:
    member = organizations.member
    verbs = ("created", "updated")
    written = {
        f"organizationMembership.{verb}": Entry(memberships.record_membership, member) for verb in verbs
    }
    return {**written, "organizationMembership.deleted": Entry(memberships.RESOURCE.remove, member)}


def _invitations() -> dict[str, Entry]:
    resource = Resource(tables.Invitation.__table__, organizations.invitation_row, by_address=True)  # type: ignore[attr-defined]
    verbs = ("created", "accepted", "revoked")
    return {f"organizationInvitation.{verb}": Entry(resource.record, person) for verb in verbs}


_SESSION_VERBS = ("created", "pending", "ended", "removed", "revoked")
_ITEM_VERBS = [
    "created",
    "updated",
    "active",
    "canceled",
    "upcoming",
    "ended",
    "abandoned",
    "incomplete",
    "pastDue",
    "freeTrialEnding",
]
_BILLING = (
    *(f"subscription.{verb}" for verb in ("created", "updated", "active", "pastDue")),
    *(f"subscriptionItem.{verb}" for verb in _ITEM_VERBS),
    *(f"paymentAttempt.{verb}" for verb in ("created", "updated")),
)

CATALOGUE: dict[str, Entry] = {
    **_users(),
    **{f"session.{verb}": Entry(sessions.record_session, person, guarded=True) for verb in _SESSION_VERBS},
    **_resource("organization", tables.Organization, organizations.organization_row),
    **_memberships(),
    **_invitations(),
    **_resource("organizationDomain", tables.Domain, organizations.domain_row),
    **_resource("role", tables.Role, permissions.role_row),
    **_resource("permission", tables.Permission, permissions.permission_row),
    **_resource("waitlistEntry", tables.WaitlistEntry, permissions.waitlist_row),
    **{kind: Entry(billing.record_billing, billing.payer) for kind in _BILLING},
}
"""Chaque type que la base reflète, et ce qu'il y écrit."""

NEVER_KEPT = frozenset({"email.created", "sms.created"})
"""Les messages que Clerk envoie aux personnes. Leur corps porte des codes de connexion : il n'est ni gardé ni journalisé.

`email.created` annonce un message envoyé ; une adresse ajoutée par une personne, c'est `user.updated`.
"""
