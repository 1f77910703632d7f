"""A user of the simulated instance, who changes over time."""

import copy
import random
from typing import Any

from grader.sender.clock import Clock
from grader.sender.devices import Device
from grader.sender.documents import day_of, email_document, phone_document
from grader.sender.identities import Identities
from grader.sender.personal import PersonalRecord


class User:
    """A Clerk user. Each change takes a step of the instance's clock and a new `updated_at` (ms).

    Made by `SimulatedClerk.create_user`.
    """

    def __init__(
        self, document: dict[str, Any], rng: random.Random, clock: Clock, identities: Identities
    ) -> None:
        self._document = document
        self._rng = rng
        self._clock = clock
        self._identities = identities
        self._personal = PersonalRecord()
        self.devices: list[Device] = []
        self.use_device(identities.device())
        self._personal.add_document(document)

    @property
    def id(self) -> str:
        """The Clerk id, `user_…`, the only key that never changes."""
        return str(self._document["id"])

    @property
    def first_name(self) -> str | None:
        """The first name, if any."""
        return self._text("first_name")

    @property
    def last_name(self) -> str | None:
        """The last name, if any."""
        return self._text("last_name")

    @property
    def external_id(self) -> str | None:
        """The user's id in the application's own files, if any."""
        return self._text("external_id")

    @property
    def updated_at(self) -> int:
        """The instant of the last change, in milliseconds: the version of the user."""
        return int(self._document["updated_at"])

    @property
    def emails(self) -> list[str]:
        """The addresses, oldest first; the primary one may stand anywhere."""
        return [email["email_address"] for email in self._document["email_addresses"]]

    @property
    def primary_email(self) -> str | None:
        """The address that `primary_email_address_id` designates; None if it designates none."""
        primary = self._document["primary_email_address_id"]
        matching = (e["email_address"] for e in self._document["email_addresses"] if e["id"] == primary)
        return next(matching, None)

    def data(self) -> dict[str, Any]:
        """Return the full Clerk User object as it is now; later changes leave it alone."""
        return copy.deepcopy(self._document)

    def personal_data(self) -> dict[str, str]:
        """Return French label -> value for every personal datum that the user has ever shown."""
        return self._personal.by_label()

    def change(self, **fields: Any) -> None:
        """Set top-level fields of the User object, as in `change(banned=True, last_name=None)`.

        Raises:
            KeyError: a User has no such field.
        """
        check_fields(self._document, fields)
        self._document.update(copy.deepcopy(fields), updated_at=self._clock.step())
        self._personal.add_document(self._document)

    def rename(self, *, first_name: str | None = None, last_name: str | None = None) -> None:
        """Give another first name, last name or both; called with neither, draw another last name."""
        names = {"first_name": first_name, "last_name": last_name}
        given = {field: name for field, name in names.items() if name is not None}
        self.change(**(given or {"last_name": self._identities.last_name()}))

    def add_email(self, address: str | None = None, *, primary: bool = False, verified: bool = True) -> str:
        """Add an address at the end of the list (drawn unless given) and return it."""
        address = address or self._identities.email(self.first_name, self.last_name)
        added = email_document(self._rng, address, self._clock.step(), verified)
        changes: dict[str, Any] = {"email_addresses": [*self._document["email_addresses"], added]}
        if primary:
            changes["primary_email_address_id"] = added["id"]
        self.change(**changes)
        return address

    def add_phone(self, number: str | None = None) -> str:
        """Add a telephone number (drawn unless given), primary if it is the first, and return it."""
        number = number or self._identities.phone()
        added = phone_document(self._rng, number, self._clock.step())
        primary = self._document["primary_phone_number_id"] or added["id"]
        phones = [*self._document["phone_numbers"], added]
        self.change(phone_numbers=phones, primary_phone_number_id=primary)
        return number

    def set_primary(self, address: str | None) -> None:
        """Designate one of the addresses, or none.

        Raises:
            ValueError: the user has no such address.
        """
        ids = {email["email_address"]: email["id"] for email in self._document["email_addresses"]}
        if address is not None and address not in ids:
            raise ValueError(f"{self.id} has no address {address}: add it first")
        self.change(primary_email_address_id=ids[address] if address else None)

    def sign_in(self, at_ms: int) -> None:
        """Note a sign-in at `at_ms`: it is no change of the user, `updated_at` stays."""
        self._document.update(last_sign_in_at=at_ms, last_active_at=day_of(at_ms))

    def use_device(self, device: Device) -> None:
        """Connect from `device` from now on."""
        self.devices.append(device)
        self._personal.add_device(device)

    def _text(self, field: str) -> str | None:
        value = self._document[field]
        return None if value is None else str(value)


def check_fields(document: dict[str, Any], fields: dict[str, Any]) -> None:
    """Raise KeyError for a field that the object does not have: a typing error would go unnoticed."""
    unknown = sorted(fields.keys() - document.keys())
    if unknown:
        raise KeyError(f"a Clerk {document['object']} has no field {', '.join(unknown)}")
