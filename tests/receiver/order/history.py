"""Small histories of one Clerk instance, drawn by Hypothesis and told with the shapes of the simulated sender.

A history is a list of moves; `World` lives through them and keeps what Clerk would send (`told`, in causal order) and
what must be true at the end (`truth`).
"""

import json
import random
from collections.abc import Callable, Iterable
from typing import TypeVar

from hypothesis import strategies as st

from grader.sender import Membership, Organization, Session, SimulatedClerk, User
from grader.sender.events import Event
from reference_impl.edge.session_token import SessionClaims
from reference_impl.edge.signature import VerifiedDelivery

Message = VerifiedDelivery | SessionClaims
"""What reaches the receiver: a delivery, or the claims of a verified login."""

Move = tuple[str, int]
"""A kind of move, and a number that chooses whom it happens to."""

START_MS = 1_764_583_200_000

T = TypeVar("T")


class World:
    """One instance and those who live in it. A move that nobody can make does nothing."""

    def __init__(self, seed: int = 0) -> None:
        self.clerk = SimulatedClerk(random.Random(seed), START_MS)
        self.told: list[Message] = []
        self.users: list[User] = []
        self.gone: list[User] = []
        self.erased_at: list[int] = []
        self.sessions: dict[str, tuple[Session, str]] = {}
        self.organizations: dict[str, Organization] = {}
        self.members: dict[str, Membership] = {}

    def live(self, moves: Iterable[Move]) -> None:
        """Make the moves in turn; a second or so passes between two of them."""
        for name, number in moves:
            self.clerk.advance(number % 2500)
            MOVES[name](self, number)

    def tell(self, event: Event) -> None:
        """Keep what Clerk would send, under a `svix-id` of its own."""
        body = json.dumps(event.envelope(), ensure_ascii=False).encode()
        self.told.append(VerifiedDelivery(f"msg_{len(self.told):05d}", body, 0))

    def sign_up(self, number: int) -> None:
        user = self.clerk.create_user(emails=1 + number % 2, external_id=True, metadata=number % 3 == 0)
        self.users.append(user)
        self.tell(self.clerk.user_created(user))

    def change_user(self, number: int) -> None:
        if user := _pick(self.users, number):
            if number % 3 == 0:
                user.add_email(primary=True)
            elif number % 3 == 1:
                user.set_primary(None)
            else:
                user.rename()
            self.tell(self.clerk.user_updated(user))

    def log_in(self, number: int) -> None:
        """The application receives a session token: its claims are the user as Clerk knows them now, or nothing."""
        if user := _pick(self.users, number):
            at_s = self.clerk.now_ms // 1000
            if number % 4 == 0:
                self.told.append(SessionClaims(user.id, at_s, None, None, None, complete=False))
                return
            known = user.primary_email, user.first_name, user.last_name
            self.told.append(SessionClaims(user.id, at_s, *known, complete=True))

    def open_session(self, number: int) -> None:
        if user := _pick(self.users, number):
            pending = number % 2 == 0
            session = self.clerk.open_session(user, pending=pending)
            told = self.clerk.session_pending if pending else self.clerk.session_created
            self.tell(told(session))
            self.sessions[session.id] = (session, "pending" if pending else "active")

    def move_session(self, number: int) -> None:
        """Complete a pending session; end, remove or revoke one."""
        found = _pick([s for s in self.sessions.values() if s[0].user in self.users], number)
        if found is None:
            return
        session, status = found
        clerk = self.clerk
        ways: dict[str, Callable[[Session], Event]] = {
            "ended": clerk.session_ended, "removed": clerk.session_removed, "revoked": clerk.session_revoked
        }  # fmt: skip
        if status == "pending":
            ways["active"] = clerk.session_created
        way = sorted(ways)[number % len(ways)]
        self.tell(ways[way](session))
        self.sessions[session.id] = (session, way)

    def found(self, number: int) -> None:
        """Found an organisation; its founder becomes a member of it."""
        if user := _pick(self.users, number):
            organization = self.clerk.create_organization(created_by=user)
            self.organizations[organization.id] = organization
            self.tell(self.clerk.organization_created(organization))
            self._let_in(organization, user, "org:admin")

    def rename_organization(self, number: int) -> None:
        if organization := _pick(list(self.organizations.values()), number):
            organization.change(name=self.clerk.identities.company())
            self.tell(self.clerk.organization_updated(organization))

    def close_organization(self, number: int) -> None:
        if organization := _pick(list(self.organizations.values()), number):
            del self.organizations[organization.id]
            self.tell(self.clerk.organization_deleted(organization))
            for member in [m for m in self.members.values() if m.organization is organization]:
                self._let_out(member)

    def join(self, number: int) -> None:
        """Join an organisation; whoever had left it comes back under a new id."""
        organization, user = _pick(list(self.organizations.values()), number), _pick(self.users, number // 7)
        if organization and user:
            there = [m for m in self.members.values() if (m.organization, m.user) == (organization, user)]
            if not there:
                self._let_in(organization, user, "org:member")

    def change_role(self, number: int) -> None:
        if member := _pick(list(self.members.values()), number):
            member.change_role("org:member" if member.role == "org:admin" else "org:admin")
            self.tell(self.clerk.membership_updated(member))

    def leave(self, number: int) -> None:
        if member := _pick(list(self.members.values()), number):
            self._let_out(member)

    def delete_user(self, number: int) -> None:
        """Delete a user, at times twice; their memberships end before, after, or without a word."""
        if user := _pick(self.users, number):
            mine = [m for m in self.members.values() if m.user is user]
            if number % 3 == 0:
                for member in mine:
                    self._let_out(member)
            self.users.remove(user)
            self.gone.append(user)
            deletion = self.clerk.user_deleted(user)
            self.erased_at.append(deletion.timestamp)
            self.tell(deletion)
            for member in mine if number % 3 == 1 else []:
                self._let_out(member)
            if number % 5 == 0:
                self.tell(self.clerk.user_deleted(user))
            self.members = {m.id: m for m in self.members.values() if m.user is not user}

    def _let_in(self, organization: Organization, user: User, role: str) -> None:
        member = self.clerk.add_member(organization, user, role)
        self.members[member.id] = member
        self.tell(self.clerk.membership_created(member))

    def _let_out(self, member: Membership) -> None:
        del self.members[member.id]
        self.tell(self.clerk.membership_deleted(member))

    def truth(self) -> dict[str, dict[str, object]]:
        """What an application must read at the end, by table: identifier -> what matters most of the row."""
        return {
            "users": {user.id: (user.primary_email, user.last_name) for user in self.users},
            "sessions": {s.id: status for s, status in self.sessions.values() if s.user in self.users},
            "organizations": {o.id: o.data()["name"] for o in self.organizations.values()},
            "memberships": {m.id: (m.user.id, m.role) for m in self.members.values()},
        }


def _pick(items: list[T], number: int) -> T | None:
    return items[number % len(items)] if items else None


MOVES: dict[str, Callable[[World, int], None]] = {
    "sign up": World.sign_up,
    "change user": World.change_user,
    "log in": World.log_in,
    "open session": World.open_session,
    "move session": World.move_session,
    "found": World.found,
    "rename organization": World.rename_organization,
    "close organization": World.close_organization,
    "join": World.join,
    "change role": World.change_role,
    "leave": World.leave,
    "delete user": World.delete_user,
}

moves: st.SearchStrategy[Move] = st.tuples(st.sampled_from(list(MOVES)), st.integers(0, 9999))


def lively(rng: random.Random, length: int) -> World:
    """A long history for runs without Hypothesis: a few people, then moves of every kind."""
    world = World(rng.getrandbits(32))
    world.live([("sign up", rng.randrange(9999)) for _ in range(3)])
    world.live([(rng.choice(list(MOVES)), rng.randrange(9999)) for _ in range(length)])
    return world


def renamed(message: Message, suffix: str) -> Message:
    """The same event under another `svix-id`, as after a replay from Clerk's dashboard; a login is itself."""
    if isinstance(message, SessionClaims):
        return message
    return VerifiedDelivery(message.svix_id + suffix, message.body, message.secret_index)
