"""How an instance tells what happens: each method takes a snapshot and stamps it."""

import random
from typing import Any

from grader.sender.clock import Clock
from grader.sender.devices import Device
from grader.sender.events import Event
from grader.sender.ids import new_id
from grader.sender.memberships import Membership
from grader.sender.organizations import Organization
from grader.sender.sessions import Session
from grader.sender.users import User


class Teller:
    """The voice of one instance: its id, its clock, and one method for each type of event."""

    def __init__(self, rng: random.Random, now_ms: int) -> None:
        self._rng = rng
        self._clock = Clock(rng, now_ms)
        self.instance_id = new_id("ins", rng, now_ms)

    def user_created(self, user: User) -> Event:
        """Tell that the user exists."""
        return self._tell_change("user.created", user.data(), user.devices[-1])

    def user_updated(self, user: User) -> Event:
        """Tell the user's state after a change (a ban too: there is no `user.banned`)."""
        return self._tell_change("user.updated", user.data(), user.devices[-1])

    def user_deleted(self, user: User) -> Event:
        """Tell that the user is gone: no address, no name, no `updated_at`, only who it was."""
        data: dict[str, Any] = {"id": user.id, "object": "user", "deleted": True}
        if user.external_id is not None:
            data["external_id"] = user.external_id
        return self._tell("user.deleted", data, self._clock.step(), user.devices[-1])

    def session_created(self, session: Session) -> Event:
        """Tell that the user signed in."""
        return self._tell_session("session.created", session, "active")

    def session_pending(self, session: Session) -> Event:
        """Tell that the user signed in and has a task left before the session is active."""
        return self._tell_session("session.pending", session, "pending")

    def session_ended(self, session: Session) -> Event:
        """Tell that the user signed out and the client keeps the session."""
        return self._tell_session("session.ended", session, "ended")

    def session_removed(self, session: Session) -> Event:
        """Tell that the user signed out in the ordinary way: the client forgets the session."""
        return self._tell_session("session.removed", session, "removed")

    def session_revoked(self, session: Session) -> Event:
        """Tell that the application, or the user from another device, ended the session."""
        return self._tell_session("session.revoked", session, "revoked")

    def organization_created(self, organization: Organization) -> Event:
        """Tell that the organisation exists; its creator's membership is an event of its own."""
        return self._tell_organization("organization.created", organization)

    def organization_updated(self, organization: Organization) -> Event:
        """Tell the organisation's state after a change."""
        return self._tell_organization("organization.updated", organization)

    def organization_deleted(self, organization: Organization) -> Event:
        """Tell that the organisation is gone."""
        gone = {"id": organization.id, "object": "organization", "slug": organization.slug, "deleted": True}
        device = organization.created_by.devices[-1]
        return self._tell("organization.deleted", gone, self._clock.step(), device)

    def membership_created(self, membership: Membership) -> Event:
        """Tell that a user entered an organisation."""
        return self._tell_membership("organizationMembership.created", membership)

    def membership_updated(self, membership: Membership) -> Event:
        """Tell a member's state after a change of role."""
        return self._tell_membership("organizationMembership.updated", membership)

    def membership_deleted(self, membership: Membership) -> Event:
        """Tell that a user left: the whole object, whose `updated_at` the departure does not move."""
        membership.leave()
        device = membership.user.devices[-1]
        return self._tell("organizationMembership.deleted", membership.data(), self._clock.step(), device)

    def _tell_session(self, type_: str, session: Session, status: str) -> Event:
        session.move_to(status)
        return self._tell_change(type_, session.data(), session.device)

    def _tell_organization(self, type_: str, organization: Organization) -> Event:
        return self._tell_change(type_, organization.data(), organization.created_by.devices[-1])

    def _tell_membership(self, type_: str, membership: Membership) -> Event:
        return self._tell_change(type_, membership.data(), membership.user.devices[-1])

    def _tell_change(self, type_: str, data: dict[str, Any], device: Device) -> Event:
        return self._tell(type_, data, self._clock.stamp(data["updated_at"]), device)

    def _tell(self, type_: str, data: dict[str, Any], timestamp: int, device: Device) -> Event:
        return Event(type_, data, timestamp, self.instance_id, device.attributes())
