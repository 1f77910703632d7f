"""A little history of an instance, in causal order: every type of event, and the awkward turns of life."""

from grader.sender.clerk import SimulatedClerk
from grader.sender.events import Event
from grader.sender.users import User

_DAY_MS = 86_400_000


def sample_history(clerk: SimulatedClerk) -> list[Event]:
    """Return some twenty-five events of four users and one organisation, oldest first.

    Deliveries arrive in any order and more than once: permute and repeat them.
    """
    founder = clerk.create_user(phones=1, username=True, external_id=True, metadata=True)
    colleague = clerk.create_user(emails=2)
    by_phone = clerk.create_user(emails=0, phones=1, last_name=None)
    events = [clerk.user_created(user) for user in (founder, colleague, by_phone)]
    clerk.advance(_DAY_MS)
    events += _company(clerk, founder, colleague)
    events += _changes(clerk, founder)
    clerk.advance(_DAY_MS)
    events += _sessions(clerk, by_phone)
    events += _departure(clerk, colleague)
    return events


def _company(clerk: SimulatedClerk, founder: User, colleague: User) -> list[Event]:
    """Found an organisation, let a colleague in, promote them, and close it again."""
    organization = clerk.create_organization(created_by=founder)
    events = [clerk.organization_created(organization)]
    own = clerk.add_member(organization, founder, role="org:admin")
    events.append(clerk.membership_created(own))
    other = clerk.add_member(organization, colleague)
    events.append(clerk.membership_created(other))
    other.change_role("org:admin")
    events.append(clerk.membership_updated(other))
    organization.change(name=clerk.identities.company())
    events.append(clerk.organization_updated(organization))
    clerk.advance(_DAY_MS)
    events.append(clerk.membership_deleted(other))
    return [*events, clerk.organization_deleted(organization)]


def _changes(clerk: SimulatedClerk, user: User) -> list[Event]:
    """Rename a user, make another address the primary one, then designate none, then ban."""
    events = []
    for change in (
        lambda: user.rename(),
        lambda: user.add_email(primary=True),
        lambda: user.set_primary(None),
        lambda: user.change(banned=True),
    ):
        change()
        events.append(clerk.user_updated(user))
    return events


def _sessions(clerk: SimulatedClerk, user: User) -> list[Event]:
    """Sign in and out in each of the ways there are."""
    events = []
    for leave in (clerk.session_ended, clerk.session_removed, clerk.session_revoked):
        session = clerk.open_session(user, pending=True)
        events += [clerk.session_pending(session), clerk.session_created(session)]
        clerk.advance(_DAY_MS)
        events.append(leave(session))
    return events


def _departure(clerk: SimulatedClerk, user: User) -> list[Event]:
    """Delete a user whose address then opens another account: an address is no key."""
    address = user.primary_email
    deleted = clerk.user_deleted(user)
    successor = clerk.create_user(emails=0, first_name=user.first_name, last_name=user.last_name)
    created = clerk.user_created(successor)
    successor.add_email(address, primary=True)
    return [deleted, created, clerk.user_updated(successor)]
