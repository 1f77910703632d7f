"""An organisation of the simulated instance."""

import copy
import random
from typing import Any

from grader.sender.clock import Clock
from grader.sender.documents import image_url
from grader.sender.identities import slug
from grader.sender.ids import new_id
from grader.sender.users import User, check_fields

_PRIVATE_FIELDS = ("created_by", "private_metadata")


class Organization:
    """A Clerk organisation. Made by `SimulatedClerk.create_organization`."""

    def __init__(
        self, name: str, created_by: User, rng: random.Random, clock: Clock, instance_id: str
    ) -> None:
        at_ms = clock.step()
        org_id = new_id("org", rng, at_ms)
        self.created_by = created_by
        self.members_count = 0
        self._clock = clock
        self._document: dict[str, Any] = {
            "id": org_id,
            "object": "organization",
            "name": name,
            "slug": "-".join(filter(None, map(slug, name.split()))) or org_id.lower(),
            "image_url": image_url({"type": "default", "iid": instance_id, "rid": org_id}),
            "has_image": False,
            "max_allowed_memberships": 5,
            "admin_delete_enabled": True,
            "public_metadata": {},
            "private_metadata": {},
            "created_by": created_by.id,
            "created_at": at_ms,
            "updated_at": at_ms,
        }

    @property
    def id(self) -> str:
        """The Clerk id, `org_…`."""
        return str(self._document["id"])

    @property
    def slug(self) -> str:
        """The name as it stands in addresses."""
        return str(self._document["slug"])

    def change(self, **fields: Any) -> None:
        """Set top-level fields of the Organization object, as in `change(name="…")`.

        Raises:
            KeyError: an organisation has no such field.
        """
        check_fields(self._document, fields)
        self._document.update(copy.deepcopy(fields), updated_at=self._clock.step())

    def data(self) -> dict[str, Any]:
        """Return the Organization object as it is now."""
        return copy.deepcopy(self._document)

    def nested(self) -> dict[str, Any]:
        """Return the object as a membership carries it: with counts, without the private fields."""
        public = {field: value for field, value in self.data().items() if field not in _PRIVATE_FIELDS}
        return {**public, "members_count": self.members_count, "pending_invitations_count": 0}
