"""People whose every datum is recognisable: the official payloads, told about somebody else."""

import copy
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parent.parent / "payloads"

AMELIE = "user_3GkE53miUJvvZdv3CnZWUTni9yA"
KARIM = "user_3GkzeqoYZbmgugW1L9ebiMjIdDE"

_RESOURCE_ID = re.compile(r"\b((?!user_|ins_)[a-z]+(?:_[a-z]+)*_3Gk\w+)")


@dataclass(frozen=True)
class Person:
    """One person. `tag` also marks the ids of the resources that are theirs."""

    tag: str
    ip: str

    @property
    def clerk_id(self) -> str:
        """Their id at Clerk."""
        return f"user_3Gk{self.tag}000000000000000000000"

    @property
    def email(self) -> str:
        """The address they signed up with, dropped since."""
        return f"first.{self.tag}@example.com"

    @property
    def second(self) -> str:
        """Their address of today."""
        return f"second&{self.tag}@exemple-pro.test"

    def markers(self) -> dict[str, str]:
        """Every personal datum of theirs, by what it is."""
        return {
            "clerk_id": self.clerk_id,
            "email": self.email,
            "second address": self.second,
            "phone": f"+1514555{self.tag}",
            "first name": f"Prénom{self.tag}",
            "last name": f"Nom{self.tag}",
            "username": f"username_{self.tag}",
            "image URL": f"https://img.clerk.com/{self.tag}",
            "IP": self.ip,
            "user agent": f"Navigateur/{self.tag}",
            "external id": f"externe-{self.tag}",
            "metadata": f"valeur-{self.tag}",
        }

    def stored(self) -> set[str]:
        """Those that are stored somewhere while the person lives: where they came from is kept nowhere."""
        return {marker for what, marker in self.markers().items() if what not in {"IP", "user agent"}}

    def event(self, name: str) -> dict[str, Any]:
        """Give the payload fixture `name` as if it were about this person."""
        told = (PAYLOADS / f"{name}.json").read_text("utf-8")
        mine = self.markers()
        for old, new in {
            AMELIE: self.clerk_id,
            "amelie.tremblay@example.com": self.email,
            "a.tremblay@exemple-pro.test": self.second,
            "Amélie": mine["first name"],
            "Tremblay-Roy": mine["last name"],
            "Tremblay": mine["last name"],
            "amelie_t": mine["username"],
            "https://img.clerk.com/eyJ0eXBlIjoiZGVmYXVsdCJ9": mine["image URL"],
            "203.0.113.24": self.ip,
            "etu-00042": mine["external id"],
            "karim.benali@": f"karim.{self.tag}@",
            KARIM: f"user_3GkKARIM{self.tag}",
            "noemie.gagnon@": f"noemie.{self.tag}@",
        }.items():
            told = told.replace(old, new)
        event: dict[str, Any] = json.loads(_RESOURCE_ID.sub(rf"\1{self.tag}", told))
        event["event_attributes"]["http_request"]["user_agent"] = mine["user agent"]
        if name.startswith("organization."):
            event["data"]["image_url"] = "https://img.clerk.com/an-organisation"  # nobody's face
        return event

    def profile(self) -> dict[str, Any]:
        """Give a `user.updated` that fills every column."""
        event, mine = self.event("user.updated"), self.markers()
        event["data"] |= {
            "email_addresses": [
                item for item in event["data"]["email_addresses"] if item["email_address"] != self.email
            ],
            "phone_numbers": [{"id": "idn_phone", "phone_number": mine["phone"]}],
            "primary_phone_number_id": "idn_phone",
            "external_id": mine["external id"],
            "public_metadata": {"k": mine["metadata"]},
            "unsafe_metadata": {"k": mine["metadata"]},
        }
        return event


A = Person("4242", "198.51.100.42")
B = Person("7777", "192.0.2.77")

BILLING = [path.stem for path in PAYLOADS.glob("*.json") if path.stem.startswith(("subscription", "payment"))]
SESSIONS = [f"session.{verb}" for verb in ("created", "pending", "ended", "removed", "revoked")]


def history(person: Person, other: Person) -> list[dict[str, Any]]:
    """All that concerns one person, deletions apart, and what they have to do with another."""
    told = [person.event("waitlistEntry.created"), person.event("organizationInvitation.created")]
    told[0]["data"]["email_address"] = person.email.upper()  # on the list before they had an account
    told[1]["data"]["email_address"] = person.second.title()  # invited, under another case, by the other
    told[1] = json.loads(json.dumps(told[1]).replace(person.clerk_id, other.clerk_id))
    told[1]["data"]["public_inviter_data"] = {"user_id": other.clerk_id}
    told += [person.event("user.created"), person.profile(), *map(person.event, SESSIONS)]
    told += [person.event(f"organization.{verb}") for verb in ("created", "updated")]
    told += [person.event(f"organizationMembership.{verb}") for verb in ("created", "updated")]
    sent = person.event("organizationInvitation.accepted")  # they invited Karim, who came
    sent["data"]["id"] += "sent"
    told += [sent, impersonated(person, other), *map(person.event, BILLING)]
    return told


def impersonated(person: Person, other: Person) -> dict[str, Any]:
    """Tell of a session of another that this person borrowed."""
    event = copy.deepcopy(other.event("session.created"))
    event["data"]["id"] = f"sess_borrowed{person.tag}"
    event["data"]["actor"] = {"sub": person.clerk_id}
    event["event_attributes"] = person.event("session.created")["event_attributes"]
    return event
