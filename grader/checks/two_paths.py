"""Exercise 2: the two paths of a user into the database, delivery and login, and what the row must say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from grader.checks.bench import ATTEMPTS, Bench
from grader.checks.database import Row
from grader.checks.failure import Failure, describe
from grader.checks.lab import Lab
from grader.checks.tokens import TokenIssuer
from grader.sender import Delivery, Event, User, faults

SYNC_PATH = "/api/session/sync"
VALUES = ("email", "first_name", "last_name")
VERSION = "clerk_updated_at"


@dataclass(frozen=True)
class Snapshot:
    """A user at one instant; `clerk_updated_at` is the version, in milliseconds."""

    clerk_id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    clerk_updated_at: int

    @classmethod
    def of(cls, event: Event) -> Self:
        """Read what a `user.created` or `user.updated` tells."""
        data = event.data
        addresses = {address["id"]: address["email_address"] for address in data["email_addresses"]}
        email = addresses.get(data["primary_email_address_id"])
        return cls(data["id"], email, data["first_name"], data["last_name"], data["updated_at"])


@dataclass(frozen=True)
class Login:
    """One login: the headers with its token, and what the token tells of the user."""

    headers: Mapping[str, str]
    snapshot: Snapshot

    @classmethod
    def of(cls, tokens: TokenIssuer, user: User, issued_at: int) -> Self:
        """Issue a token for the user as it is now; `issued_at` in seconds, the claim `iat`."""
        told = (user.id, user.primary_email, user.first_name, user.last_name)
        return cls(tokens.headers(user, issued_at=issued_at), Snapshot(*told, issued_at * 1000))


class Story:
    """What happens to users on one server; `deliveries` are those that were sent, for a report to replay."""

    def __init__(self, bench: Bench, lab: Lab) -> None:
        self.bench = bench
        self.deliveries: list[Delivery] = []
        self._lab = lab

    def arrives(self, event: Event) -> None:
        """Deliver an event that must end up accepted, once its forgery was refused. Raises Failure."""
        delivery = self._delivery(event)
        self.bench.refuse(faults.signature_random(delivery))
        self.bench.accept(delivery)

    def arrives_late(self, event: Event) -> None:
        """Deliver an event whose answer is not judged, again while it is not 2xx (rule 3 of the contract)."""
        self.settle(self._delivery(event))

    def settle(self, delivery: Delivery) -> None:
        """Send a delivery until it is answered 2xx, at most as often as rule 3 says."""
        for _ in range(ATTEMPTS):
            if self.bench.send(delivery).accepted:
                return
            delivery = self._lab.sender.resend(delivery)

    def signs_in(self, user: User, issued_at: int, sent: str) -> Snapshot:
        """Log in with a token of that `iat` (seconds), of the user as it is: 2xx at once, or Failure."""
        login = Login.of(self._lab.tokens, user, issued_at)
        response = self.bench.request("POST", SYNC_PATH, headers=login.headers)
        if not response.accepted:
            raise self._failure(sent, "une réponse 2xx", describe(response))
        return login.snapshot

    def row(self, clerk_id: str) -> Row | None:
        """Read the row of a user."""
        return self.bench.db.one("SELECT * FROM users WHERE clerk_id = ?", clerk_id)

    def expect(self, wanted: Snapshot, sent: str, *columns: str) -> Row:
        """Demand a living row with the snapshot's values in `columns` (or e-mail and names); give it."""
        row = self.row(wanted.clerk_id)
        if row is None:
            raise self._failure(sent, "une ligne dans users", "aucune ligne")
        if row["deleted_at"] is not None:
            raise self._failure(sent, "une ligne vivante", "une ligne dont deleted_at n'est pas NULL")
        known = vars(wanted)
        wrong = [name for name in columns or VALUES if row[name] != known[name]]
        if wrong:
            empty = "".join(f", {name} : NULL" for name in wrong if known[name] is None)
            received = ", ".join(f"{name} : {_kind(row[name])}" for name in wrong)
            raise self._failure(sent, f"la version la plus récente dans la ligne{empty}", received)
        return row

    def expect_unchanged(self, before: Row, sent: str) -> None:
        """Demand that the user's row still says what it said before."""
        after = self.row(before["clerk_id"])
        if after is None:
            raise self._failure(sent, "une ligne inchangée", "plus de ligne")
        changed = [name for name in (*VALUES, VERSION, "deleted_at") if before[name] != after[name]]
        if changed:
            raise self._failure(sent, "une ligne inchangée", f"une autre valeur pour {', '.join(changed)}")

    def expect_gone(self, clerk_id: str, sent: str) -> None:
        """Demand that the user has no living row."""
        row = self.row(clerk_id)
        if row is not None and row["deleted_at"] is None:
            expected = "aucune ligne, ou une ligne dont deleted_at n'est pas NULL"
            raise self._failure(sent, expected, "une ligne vivante")

    def _delivery(self, event: Event) -> Delivery:
        delivery = self._lab.sender.deliver(event)
        self.deliveries.append(delivery)
        return delivery

    def _failure(self, sent: str, expected: str, received: str) -> Failure:
        return Failure(sent=sent, expected=expected, received=received, deliveries=self.deliveries)


def _kind(value: Any) -> str:
    """Say what stands in a column, never the value: a student's program wrote it."""
    return "NULL" if value is None else "une autre valeur"
