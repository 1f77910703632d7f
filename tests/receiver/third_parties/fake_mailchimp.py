"""Mailchimp, as far as the receiver uses it: one audience, double opt-in, and refusals that quote the address."""

import base64
import hashlib
from typing import Any

from .web import Answer, Asked, Service

KEY = "a-key-of-the-tests-us6"
LIST = "a1b2c3d4e5"


def hashed(email: str) -> str:
    return hashlib.md5(email.lower().encode()).hexdigest()


class FakeMailchimp(Service):
    """One account. `members` by the hash of their address; `mails`: the addresses asked to confirm, one entry a mail."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, dict[str, Any]] = {}
        self.forgotten: set[str] = set()
        self.mails: list[str] = []

    def status(self, email: str) -> str | None:
        """Where Mailchimp holds this address."""
        return self.members.get(hashed(email), {}).get("status")

    def put(self, email: str, status: str) -> None:
        """Let the person, or Mailchimp itself, decide: a confirmation, an unsubscription, a bounce."""
        self.members.setdefault(hashed(email), {"email_address": email, "merge_fields": {}})["status"] = (
            status
        )

    def respond(self, asked: Asked) -> Answer:
        scheme, _, credentials = asked.authorization.partition(" ")
        if scheme != "Basic" or base64.b64decode(credentials).decode().partition(":")[2] != KEY:
            return Answer({"title": "API Key Invalid", "status": 401}, 401)
        _, lists, list_id, _, member, *action = asked.path.split("/")
        if (lists, list_id) != ("lists", LIST):
            return Answer({"title": "Resource Not Found", "status": 404}, 404)
        if asked.method == "PUT":
            return self._upsert(member, asked.body)
        if member not in self.members:
            return Answer({"title": "Resource Not Found", "status": 404}, 404)
        if action == ["actions", "delete-permanent"] and asked.method == "POST":
            del self.members[member]
            self.forgotten.add(member)
            return Answer(None, 204)
        assert asked.method == "PATCH"
        return self._change(member, asked.body)

    def _upsert(self, member: str, body: dict[str, Any]) -> Answer:
        assert member == hashed(body["email_address"])
        if member in self.forgotten:
            return problem("Forgotten Email Not Subscribed", body["email_address"])
        if member not in self.members:
            self.members[member] = {
                "email_address": body["email_address"],
                "merge_fields": {},
                "status": "new",
            }
            return self._change(member, {**body, "status": body["status_if_new"]})
        return self._change(member, body)

    def _change(self, member: str, body: dict[str, Any]) -> Answer:
        row = self.members[member]
        email = body.get("email_address", row["email_address"])
        wanted = body.get("status", row["status"])
        if row["status"] == "cleaned" or (row["status"], wanted) == ("unsubscribed", "subscribed"):
            return problem("Member In Compliance State", email)
        if hashed(email) in self.forgotten:
            return problem("Forgotten Email Not Subscribed", email)
        if hashed(email) != member and hashed(email) in self.members:
            return problem("Member Exists", email)
        if wanted == "pending" != row["status"]:
            self.mails.append(email)
        fields = {**row["merge_fields"], **body.get("merge_fields", {})}
        del self.members[member]
        self.members[hashed(email)] = {"email_address": email, "merge_fields": fields, "status": wanted}
        return Answer({"id": hashed(email), **self.members[hashed(email)]})


def problem(title: str, email: str) -> Answer:
    """A refusal; its detail quotes the address."""
    return Answer({"title": title, "status": 400, "detail": f"{email} cannot be subscribed."}, 400)
