"""A simulated Clerk instance: it makes users, sessions and organisations, which then live on and change.

An `Event` is a snapshot taken when its method is called (see `telling.py`): a late or stale event is one
that was taken early and is sent late.
"""

import random
from typing import Any

from grader.sender.documents import email_document, phone_document, user_document
from grader.sender.identities import Identities
from grader.sender.memberships import Membership
from grader.sender.organizations import Organization
from grader.sender.sessions import Session
from grader.sender.telling import Teller
from grader.sender.users import User, check_fields

# An address is verified a moment before the account exists.
_SIGN_UP_MS = (5_000, 90_000)
_NEW_DEVICE_RATE = 0.5


class SimulatedClerk(Teller):
    """One instance (`instance_id`, `ins_…`) with its own clock in milliseconds, which only calls move."""

    def __init__(self, rng: random.Random, now_ms: int) -> None:
        super().__init__(rng, now_ms)
        self.identities = Identities(rng)

    @property
    def now_ms(self) -> int:
        """The instance's present instant, in milliseconds since 1970."""
        return self._clock.now_ms

    def advance(self, ms: int) -> None:
        """Let `ms` milliseconds pass (ValueError if negative)."""
        self._clock.advance(ms)

    def create_user(
        self,
        *,
        emails: int = 1,
        phones: int = 0,
        username: bool | str = False,
        external_id: bool | str = False,
        metadata: bool = False,
        **fields: Any,
    ) -> User:
        """Create a user with that many drawn addresses and numbers; `True` draws a part, a text sets it.

        The first address and the first number are the primary ones. `fields` sets any other field of
        the User object, as in `first_name=None`; KeyError if it has no such field.
        """
        who = self.identities
        created_at = self._clock.step()
        document = user_document(self._rng, self.instance_id, created_at, self._clock.finish_creation())
        check_fields(document, fields)
        document |= {"first_name": who.first_name(), "last_name": who.last_name()} | fields
        document |= self._addresses(document, emails, phones)
        if username:
            document["username"] = who.username(document["first_name"]) if username is True else username
        if external_id:
            document["external_id"] = who.external_id() if external_id is True else external_id
        if metadata:
            document |= who.metadata()
        return User(document | fields, self._rng, self._clock, who)

    def open_session(self, user: User, *, pending: bool = False) -> Session:
        """Sign the user in, sometimes from a new device; `pending` when a task remains to be done."""
        if self._rng.random() < _NEW_DEVICE_RATE:
            user.use_device(self.identities.device())
        session = Session(user, self._rng, self._clock, "pending" if pending else "active")
        user.sign_in(session.updated_at)
        return session

    def create_organization(self, created_by: User, name: str | None = None) -> Organization:
        """Create an organisation (its name is drawn unless given); `add_member` lets its creator in."""
        name = name or self.identities.company()
        return Organization(name, created_by, self._rng, self._clock, self.instance_id)

    def add_member(self, organization: Organization, user: User, role: str = "org:member") -> Membership:
        """Let the user into the organisation."""
        return Membership(organization, user, role, self._rng, self._clock)

    def _addresses(self, user: dict[str, Any], emails: int, phones: int) -> dict[str, Any]:
        """Return the drawn addresses and numbers, verified just before the account was made."""
        verified_at = user["created_at"] - self._rng.randint(*_SIGN_UP_MS)
        names = user["first_name"], user["last_name"]
        addresses = [self.identities.email(*names) for _ in range(emails)]
        documents = [email_document(self._rng, address, verified_at, verified=True) for address in addresses]
        numbers = [self.identities.phone() for _ in range(phones)]
        calls = [phone_document(self._rng, number, verified_at) for number in numbers]
        return {
            "email_addresses": documents,
            "primary_email_address_id": documents[0]["id"] if documents else None,
            "phone_numbers": calls,
            "primary_phone_number_id": calls[0]["id"] if calls else None,
        }
