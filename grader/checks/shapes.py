"""Deliveries of an unexpected shape, each with the row of users that it must leave."""

from dataclasses import dataclass
from random import Random

from grader.checks.database import Row
from grader.checks.lab import Lab
from grader.sender import BodyStyle, Delivery, Event, SimulatedClerk, User, dashboard_example

MINUTE_MS = 60_000
_NEEDED = ("id", "object", "updated_at")


@dataclass(frozen=True)
class Case:
    """One delivery, and what the columns of its user must hold; times in milliseconds."""

    delivery: Delivery
    row: Row


class Shapes:
    """Draws such deliveries from one simulated instance."""

    def __init__(self, lab: Lab, clerk: SimulatedClerk, rng: Random) -> None:
        self._lab = lab
        self._clerk = clerk
        self._rng = rng

    def ordinary(self) -> Case:
        """A creation as Clerk sends it."""
        event, user = self._creation()
        return Case(self._lab.sender.deliver(event), self._row(event, email=user.primary_email))

    def without_instance(self) -> Case:
        """A creation that does not say which instance it comes from."""
        event, user = self._creation()
        delivery = self._written(event, "user.created sans instance_id", instance_id=...)
        return Case(delivery, self._row(event, email=user.primary_email))

    def with_unknown_fields(self) -> Case:
        """Fields that nobody has documented yet: in the envelope, in the user and in the addresses."""
        event, user = self._creation(emails=2)
        name = f"beta_{self._rng.randint(100, 999)}"
        addresses = [{**address, name: True} for address in event.data["email_addresses"]]
        event = event.with_data(email_addresses=addresses, **{name: {"depuis": 2027}})
        delivery = self._written(event, "user.created avec des champs inconnus", **{name: ["a", 1, None]})
        return Case(delivery, self._row(event, email=user.primary_email))

    def with_missing_fields(self) -> list[Case]:
        """What Clerk itself once left out, then all that a row can do without."""
        older, user = self._creation()
        label = "user.created sans instance_id ni event_attributes"
        sent = self._written(older, label, instance_id=..., event_attributes=...)
        bare, _ = self._creation()
        bare = bare.replace(data={name: bare.data[name] for name in _NEEDED})
        unversioned, undated = self._creation()[0].without_data("updated_at"), self._creation()[0]
        return [
            Case(sent, self._row(older, email=user.primary_email)),
            Case(self._written(bare, "user.created sans nom ni adresse"), self._row(bare, email=None)),
            Case(
                self._written(unversioned, "user.created sans updated_at"),
                self._row(unversioned, clerk_updated_at=unversioned.timestamp),
            ),
            Case(self._written(undated, "user.created sans timestamp", timestamp=...), self._row(undated)),
        ]

    def with_nulls(self) -> list[Case]:
        """The same fields, there and null."""
        event, _ = self._creation()
        nulls = event.with_data(**{name: None for name in event.data if name not in _NEEDED})
        label = "user.created dont presque tout est null"
        sent = self._written(nulls, label, instance_id=None, event_attributes=None)
        unversioned, undated = self._creation()[0].with_data(updated_at=None), self._creation()[0]
        return [
            Case(sent, self._row(nulls, email=None)),
            Case(
                self._written(unversioned, "user.created dont updated_at est null"),
                self._row(unversioned, clerk_updated_at=unversioned.timestamp),
            ),
            Case(
                self._written(undated, "user.created dont timestamp est null", timestamp=None),
                self._row(undated),
            ),
        ]

    def dashboard_example(self) -> Case:
        """What « Send Example » of Clerk's dashboard sends."""
        event = dashboard_example(self._clerk)
        delivery = self._written(event, "livraison de l'exemple du tableau de bord")
        return Case(delivery, self._row(event, email=None))

    def dated_in(self, unit_ms: int) -> Case:
        """A creation with no version but the envelope's instant, in seconds (1000) or milliseconds (1)."""
        event = self._creation()[0].without_data("updated_at")
        stamp = event.timestamp // unit_ms
        label = f"user.created sans updated_at, timestamp en {unit(unit_ms)}"
        return Case(
            self._written(event, label, timestamp=stamp), self._row(event, clerk_updated_at=stamp * unit_ms)
        )

    def deletion_dated_in(self, unit_ms: int) -> tuple[Case, Case]:
        """A creation, and a minute later its deletion with the envelope's instant in one unit."""
        event, user = self._creation()
        created = Case(self._lab.sender.deliver(event), self._row(event, email=user.primary_email))
        self._clerk.advance(MINUTE_MS)
        gone = self._clerk.user_deleted(user)
        stamp = gone.timestamp // unit_ms
        sent = self._written(gone, f"user.deleted, timestamp en {unit(unit_ms)}", timestamp=stamp)
        return created, Case(sent, {"clerk_id": user.id, "deleted_at": stamp * unit_ms})

    def of_size(self, size: int, label: str) -> Case:
        """A creation whose metadata fill the body to exactly `size` bytes."""
        event, user = self._creation()
        bare = BodyStyle().write(event.with_data(public_metadata={"notes": ""}).envelope())
        event = event.with_data(public_metadata={"notes": "n" * (size - len(bare))})
        body = BodyStyle().write(event.envelope())
        delivery = self._lab.sender.deliver_bytes(body, event.type, label=label)
        return Case(delivery, self._row(event, email=user.primary_email))

    def _creation(self, emails: int = 1) -> tuple[Event, User]:
        user = self._clerk.create_user(emails=emails)
        return self._clerk.user_created(user), user

    def _written(self, event: Event, label: str, **envelope: object) -> Delivery:
        """Write the event in a drawn style with other fields of the envelope; `...` takes one away."""
        document = {k: v for k, v in {**event.envelope(), **envelope}.items() if v is not ...}
        body = BodyStyle.draw(self._rng).write(document)
        return self._lab.sender.deliver_bytes(body, event.type, label=label)

    @staticmethod
    def _row(event: Event, **columns: object) -> Row:
        """Give the columns that the event's own data decide, and those that the caller knows better."""
        data = event.data
        usual = {"clerk_id": data["id"], "deleted_at": None, "clerk_updated_at": data.get("updated_at")}
        names = {name: data.get(name) for name in ("first_name", "last_name")}
        return {**usual, **names, **columns}


def unit(unit_ms: int) -> str:
    """Say a unit of time in French."""
    return "secondes" if unit_ms == 1000 else "millisecondes"
