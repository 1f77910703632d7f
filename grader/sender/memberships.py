"""A user's place in an organisation."""

import random
from typing import Any

from grader.sender.clock import Clock
from grader.sender.ids import new_id
from grader.sender.organizations import Organization
from grader.sender.users import User

_ROLES = {
    "org:admin": (
        "Admin",
        ["org:sys_profile:manage", "org:sys_memberships:read", "org:sys_memberships:manage"],
    ),
    "org:member": ("Member", ["org:sys_memberships:read"]),
}


class Membership:
    """A user's place in an organisation. Made by `SimulatedClerk.add_member`.

    Its natural key is (organisation, user): a member who leaves and returns gets another id.
    """

    def __init__(
        self, organization: Organization, user: User, role: str, rng: random.Random, clock: Clock
    ) -> None:
        self.organization = organization
        self.user = user
        self.role = role
        self.created_at = self.updated_at = clock.step()
        self.id = new_id("orgmem", rng, self.created_at)
        self._clock = clock
        organization.members_count += 1
        self._present = True

    def change_role(self, role: str) -> None:
        """Give another role, such as `org:admin`."""
        self.role = role
        self.updated_at = self._clock.step()

    def leave(self) -> None:
        """Leave the organisation: one member less, and nothing else moves."""
        self.organization.members_count -= self._present
        self._present = False

    def data(self) -> dict[str, Any]:
        """Return the OrganizationMembership object as it is now."""
        role_name, permissions = _ROLES.get(self.role, (self.role.removeprefix("org:").capitalize(), []))
        return {
            "id": self.id,
            "object": "organization_membership",
            "role": self.role,
            "role_name": role_name,
            "permissions": list(permissions),
            "public_metadata": {},
            "organization": self.organization.nested(),
            "public_user_data": _public_user(self.user),
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }


def _public_user(user: User) -> dict[str, Any]:
    """Return what the other members of an organisation see of a user."""
    document = user.data()
    phones = [phone["phone_number"] for phone in document["phone_numbers"]]
    copied = ("first_name", "last_name", "image_url", "profile_image_url", "has_image")
    return {
        "user_id": user.id,
        **{field: document[field] for field in copied},
        "identifier": user.primary_email or next(iter(phones), None) or document["username"],
    }
