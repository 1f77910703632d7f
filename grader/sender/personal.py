"""What is personal in a user, and how a datum may be spelled once stored."""

import json
from collections.abc import Iterator
from typing import Any

from grader.sender.devices import Device

_FIELDS = {
    "id": "identifiant Clerk",
    "first_name": "prénom",
    "last_name": "nom",
    "username": "nom d'utilisateur",
    "image_url": "adresse de l'image",
    "external_id": "identifiant externe",
}
_METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")


class PersonalRecord:
    """Everything personal that a user has ever shown: a name given up is still theirs."""

    def __init__(self) -> None:
        self._labels: dict[str, str] = {}

    def add_document(self, user: dict[str, Any]) -> None:
        """Note the personal values of a User object."""
        for label, value in _personal_values(user):
            self._add(label, value)

    def add_device(self, device: Device) -> None:
        """Note the address and the browser that the user connects from."""
        self._add("adresse IP", device.ip)
        self._add("agent utilisateur", device.user_agent)

    def by_label(self) -> dict[str, str]:
        """Return French label -> value; the second value of a kind is « prénom (2) », and so on."""
        return {label: value for value, label in self._labels.items()}

    def _add(self, label: str, value: str) -> None:
        if value and value not in self._labels:
            count = sum(known.split(" (")[0] == label for known in self._labels.values())
            self._labels[value] = f"{label} ({count + 1})" if count else label


def _personal_values(user: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for field, label in _FIELDS.items():
        yield label, user[field] or ""
    for email in user["email_addresses"]:
        yield "adresse e-mail", email["email_address"]
    for phone in user["phone_numbers"]:
        yield "numéro de téléphone", phone["phone_number"]
    if user["has_image"]:
        # Without a picture this is the same placeholder for everybody.
        yield "adresse de l'image", user["profile_image_url"]
    for field in _METADATA:
        for leaf in leaves(user[field]):
            yield "métadonnée", leaf


def leaves(value: Any) -> Iterator[str]:
    """Yield the texts and numbers inside a JSON value; `true`, `false` and `null` name nobody."""
    if isinstance(value, dict):
        for child in value.values():
            yield from leaves(child)
    elif isinstance(value, list):
        for child in value:
            yield from leaves(child)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def spellings(value: str) -> frozenset[str]:
    r"""Return the forms under which a stored text may hold `value`: as it is, or inside JSON.

    A body kept as it came may spell « Zoé » as `Zo\u00e9`: a search for the bare name misses it.
    """
    escaped = json.dumps(value)[1:-1]
    return frozenset({value, escaped, json.dumps(value, ensure_ascii=False)[1:-1]})
