"""`email.created` and `sms.created` carry codes that open a session: no trace of them may be left anywhere."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.receiver.edge.served import ADMIN_TOKEN, Client

from .fixtures import body, contents, event

OUR_OWN = {"email.created", "sms.created", "true", "false", "", "email", "sms_message", "queued", "object"}


def texts(value: Any) -> set[str]:
    """Every text of a JSON value that is worth hiding."""
    if isinstance(value, dict):
        return set().union(*(texts(item) for item in value.values()), set())
    if isinstance(value, list):
        return set().union(*(texts(item) for item in value), set())
    return {value} if isinstance(value, str) and len(value) > 5 and value not in OUR_OWN else set()


@pytest.mark.parametrize("name", ["email.created", "sms.created"])
@pytest.mark.parametrize("broken", [False, True])
def test_a_message_leaves_no_trace(
    capfd: pytest.CaptureFixture[str], client: Client, engine: Engine, name: str, *, broken: bool
) -> None:
    sent = body(name).rstrip()[:-1] + b",}" if broken else body(name)
    answer = client.deliver(sent, "msg_1")
    assert answer.status_code == 204
    written = capfd.readouterr().out
    assert '"svix_id": "msg_1"' in written
    seen = repr(contents(engine)) + repr(answer.headers) + answer.text + written
    seen += client.request("GET", "/metrics", headers={"authorization": f"Bearer {ADMIN_TOKEN}"}).text
    assert "msg_1" in seen, "what follows is no proof if nothing was looked at"
    for secret in texts(event(name)):
        assert secret not in seen
        assert json.dumps(secret)[1:-1] not in seen
