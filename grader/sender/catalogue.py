"""One event of each type that the simulator knows, and a little history that holds them all."""

from collections.abc import Callable

from grader.sender.clerk import SimulatedClerk
from grader.sender.events import Event
from grader.sender.memberships import Membership
from grader.sender.organizations import Organization
from grader.sender.sessions import Session
from grader.sender.users import User

_HOUR_MS = 3_600_000


def _user(clerk: SimulatedClerk) -> User:
    return clerk.create_user(emails=2, phones=1, username=True, external_id=True, metadata=True)


def _changed_user(clerk: SimulatedClerk) -> User:
    user = _user(clerk)
    clerk.advance(_HOUR_MS)
    user.add_email(primary=True)
    user.rename()
    return user


def _session(clerk: SimulatedClerk) -> Session:
    session = clerk.open_session(_user(clerk))
    clerk.advance(_HOUR_MS)
    return session


def _organization(clerk: SimulatedClerk) -> Organization:
    return clerk.create_organization(created_by=_user(clerk))


def _changed_organization(clerk: SimulatedClerk) -> Organization:
    organization = _organization(clerk)
    clerk.advance(_HOUR_MS)
    organization.change(name=clerk.identities.company())
    return organization


def _membership(clerk: SimulatedClerk) -> Membership:
    return clerk.add_member(_organization(clerk), _user(clerk))


def _changed_membership(clerk: SimulatedClerk) -> Membership:
    membership = _membership(clerk)
    clerk.advance(_HOUR_MS)
    membership.change_role("org:admin")
    return membership


# type -> what makes one realistic event of it.
TYPES: dict[str, Callable[[SimulatedClerk], Event]] = {
    "organization.created": lambda clerk: clerk.organization_created(_organization(clerk)),
    "organization.deleted": lambda clerk: clerk.organization_deleted(_organization(clerk)),
    "organization.updated": lambda clerk: clerk.organization_updated(_changed_organization(clerk)),
    "organizationMembership.created": lambda clerk: clerk.membership_created(_membership(clerk)),
    "organizationMembership.deleted": lambda clerk: clerk.membership_deleted(_changed_membership(clerk)),
    "organizationMembership.updated": lambda clerk: clerk.membership_updated(_changed_membership(clerk)),
    "session.created": lambda clerk: clerk.session_created(_session(clerk)),
    "session.ended": lambda clerk: clerk.session_ended(_session(clerk)),
    "session.pending": lambda clerk: clerk.session_pending(clerk.open_session(_user(clerk), pending=True)),
    "session.removed": lambda clerk: clerk.session_removed(_session(clerk)),
    "session.revoked": lambda clerk: clerk.session_revoked(_session(clerk)),
    "user.created": lambda clerk: clerk.user_created(_user(clerk)),
    "user.deleted": lambda clerk: clerk.user_deleted(_changed_user(clerk)),
    "user.updated": lambda clerk: clerk.user_updated(_changed_user(clerk)),
}


def dashboard_example(clerk: SimulatedClerk) -> Event:
    """Return what « Send Example » of Clerk's dashboard looks like.

    Its `timestamp` is in seconds, and its primary address is one that the empty list does not hold.
    """
    user = clerk.create_user()
    event = clerk.user_created(user)
    return event.replace(timestamp=event.timestamp // 1000).with_data(
        email_addresses=[], private_metadata=None
    )
