"""Slack, as far as the receiver uses it: one channel, its messages, and errors said under a 200."""

from typing import Any

from tests.receiver.effects.conftest import Time

from .web import Answer, Asked, Service

TOKEN = "xoxb-a-token-of-the-tests"
CHANNEL = "C0TESTS"


class FakeSlack(Service):
    """One workspace. `messages` are those of the channel, the oldest first."""

    def __init__(self, time: Time) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self._time, self._count = time, 0

    def say(self, text: str, **others: Any) -> dict[str, Any]:
        """Put a message in the channel, as anybody may."""
        self._count += 1
        message = {
            "type": "message",
            "text": text,
            "ts": f"{self._time() // 1000}.{self._count:06}",
            **others,
        }
        self.messages.append(message)
        return message

    def respond(self, asked: Asked) -> Answer:
        told = asked.body or asked.query
        if asked.authorization != f"Bearer {TOKEN}":
            return refused("invalid_auth")
        if told["channel"] != CHANNEL:
            return refused("channel_not_found")
        method = asked.path.removeprefix("/")
        return {
            "chat.postMessage": self._post,
            "conversations.history": self._history,
            "chat.delete": self._delete,
        }[method](told)

    def _post(self, told: dict[str, Any]) -> Answer:
        message = self.say(told["text"], metadata=told["metadata"])
        return Answer({"ok": True, "channel": CHANNEL, "ts": message["ts"], "message": message})

    def _history(self, told: dict[str, Any]) -> Answer:
        newest = [one for one in reversed(self.messages) if float(one["ts"]) > float(told["oldest"])]
        if told.get("include_all_metadata") != "true":
            newest = [{name: one[name] for name in one if name != "metadata"} for one in newest]
        return Answer({"ok": True, "messages": newest[: int(told["limit"])]})

    def _delete(self, told: dict[str, Any]) -> Answer:
        for one in self.messages:
            if one["ts"] == told["ts"]:
                self.messages.remove(one)
                return Answer({"ok": True, "channel": CHANNEL, "ts": told["ts"]})
        return refused("message_not_found")


def refused(error: str) -> Answer:
    """What Slack says when it does not do it: a 200."""
    return Answer({"ok": False, "error": error})
