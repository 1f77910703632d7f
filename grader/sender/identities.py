"""Draws who people are: names, addresses, numbers. No value is drawn twice in one instance."""

import random
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from grader.sender.devices import Device, draw_device
from grader.sender.names import COMPANIES, FIRST_NAMES, LAST_NAMES

# Ranges that no telephone has: 555-0100 to 555-0199 in North America, and those that the French
# regulator keeps for works of fiction.
_NORTH_AMERICAN_AREAS = (418, 438, 450, 514, 579, 581, 819, 873)
_FRENCH_PREFIXES = ("19900", "26191", "35301", "46571", "53649", "63998")
_EMAIL_DOMAINS = ("example.com", "example.org")
_HOBBIES = ("J'aime les renards 🦊", "Café ☕ et vélo 🚲", "Née à l'Île-d'Orléans 🍁", "Chante à l'opéra 🎶")


class Identities:
    """Who the users of one instance are, from one source of randomness.

    Distinct values let a test say whose datum it found. The names are some forty each: an instance
    with more users sees them come again, everything else stays distinct.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._drawn: set[str] = set()
        self._piles: dict[Sequence[str], list[str]] = {}

    def first_name(self) -> str:
        """Draw a first name, often accented, sometimes not Latin."""
        return self._deal(FIRST_NAMES)

    def last_name(self) -> str:
        """Draw a last name."""
        return self._deal(LAST_NAMES)

    def company(self) -> str:
        """Draw the name of an organisation."""
        return self._deal(COMPANIES)

    def email(self, first_name: str | None, last_name: str | None) -> str:
        """Draw an address at a domain reserved for examples (RFC 2606), after the name if it can."""
        local = ".".join(filter(None, (slug(first_name or ""), slug(last_name or "")))) or "membre"
        domain = self._rng.choice(_EMAIL_DOMAINS)
        return self._distinct(lambda: f"{local}.{self._rng.randint(1000, 9999)}@{domain}")

    def phone(self) -> str:
        """Draw a fictional number in the E.164 form."""
        if self._rng.random() < 0.5:
            return self._distinct(lambda: f"+33{self._rng.choice(_FRENCH_PREFIXES)}{self._digits(4)}")
        return self._distinct(lambda: f"+1{self._rng.choice(_NORTH_AMERICAN_AREAS)}55501{self._digits(2)}")

    def username(self, first_name: str | None) -> str:
        """Draw a username: lower case, digits and `_`."""
        stem = slug(first_name or "") or "membre"
        return self._distinct(lambda: f"{stem}_{self._digits(5)}")

    def external_id(self) -> str:
        """Draw the user's id in the application's own files."""
        return self._distinct(lambda: f"etu-{self._digits(8)}")

    def metadata(self) -> dict[str, dict[str, Any]]:
        """Draw the three metadata objects; U+2028 ends a line in JavaScript but not in JSON."""
        bio = self._distinct(lambda: f"{self._rng.choice(_HOBBIES)}\u2028dossard {self._digits(6)}")
        return {
            "public_metadata": {"cohorte": self._distinct(lambda: f"cohorte-été-{self._digits(6)}")},
            "private_metadata": {"dossier": {"numéro": self._distinct(lambda: f"D-{self._digits(8)}")}},
            "unsafe_metadata": {"bio": bio, "étiquettes": [self._distinct(lambda: f"n° {self._digits(6)}")]},
        }

    def device(self) -> Device:
        """Draw a device with an address and a user agent of its own."""
        while True:
            device = draw_device(self._rng)
            if not {device.ip, device.user_agent} & self._drawn:
                self._drawn |= {device.ip, device.user_agent}
                return device

    def _deal(self, pile: Sequence[str]) -> str:
        remaining = self._piles.get(pile)
        if not remaining:
            remaining = self._piles[pile] = self._rng.sample(pile, len(pile))
        return remaining.pop()

    def _distinct(self, draw: Callable[[], str]) -> str:
        while (value := draw()) in self._drawn:
            pass
        self._drawn.add(value)
        return value

    def _digits(self, count: int) -> str:
        return "".join(self._rng.choices("0123456789", k=count))


def slug(name: str) -> str:
    """Keep the ASCII letters and digits of a name, in lower case; a name in another script gives ""."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(c for c in plain if c.isascii() and c.isalnum()).lower()
