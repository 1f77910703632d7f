"""A Clerk event: a snapshot, before it is written as JSON and signed."""

import copy
import dataclasses
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """One change, as Clerk tells it. It shares nothing with what it was made from.

    `timestamp` is in milliseconds since 1970. `instance_id` and `attributes` may be missing, as they
    were from events really received; `extra` holds further fields of the envelope.
    There is no event id in it: the only key of a delivery is the `svix-id` header.
    """

    type: str
    data: dict[str, Any]
    timestamp: int
    instance_id: str | None = None
    attributes: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("data", "attributes", "extra"):
            object.__setattr__(self, name, copy.deepcopy(getattr(self, name)))

    def envelope(self) -> dict[str, Any]:
        """Return the whole JSON object that Clerk sends; what is None is left out."""
        optional = {"instance_id": self.instance_id, "event_attributes": self.attributes}
        envelope = {
            "data": self.data,
            "object": "event",
            "type": self.type,
            "timestamp": self.timestamp,
            **{name: value for name, value in optional.items() if value is not None},
            **self.extra,
        }
        return copy.deepcopy(envelope)

    def replace(self, **fields: Any) -> "Event":
        """Return a copy with other fields, as in `replace(timestamp=…, instance_id=None)`."""
        return dataclasses.replace(self, **fields)

    def with_data(self, **changes: Any) -> "Event":
        """Return a copy in which fields of `data` are set, as in `with_data(first_name=None)`."""
        return self.replace(data={**self.data, **changes})

    def without_data(self, *fields: str) -> "Event":
        """Return a copy in which fields of `data` are missing, as in `without_data("locale")`."""
        return self.replace(data={name: value for name, value in self.data.items() if name not in fields})
