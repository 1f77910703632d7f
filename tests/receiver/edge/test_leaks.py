"""A whole session of a real server, with faults: nothing personal and nothing secret in its output or its answers."""

import itertools
import json
import os
import re
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from reference_impl.store.engine import open_engine
from tests.receiver.catalogue.fixtures import EDGE, ORDINARY, event
from tests.receiver.signing import SECRET, signed

from .keys import PARTY, bearer, claims, public_pem, token
from .served import ADMIN_TOKEN, INSTANCE, WEBHOOK

ERASURE_KEY = "an-erasure-key-of-the-tests"
NEW_SECRET = "whsec_" + "n" * 32

PERSONAL = re.compile(
    r"(email|phone|name|username|address|ip|agent|city|country|image|url|code|message|body|subject|identifier"
    r"|external_id|slug|last4|otp|bio|key|plain)",
    re.IGNORECASE,
)
"""The fields of a payload whose texts are somebody's, or secret."""

COMMON = {"email", "email_address", "sms_message", "reset_password_code", "verification_code", "object"}
NOBODYS = {"role_name"}


def personal(value: Any, name: str = "") -> set[str]:
    """Every text and number of a payload that may stand in no log: by field, and whatever is inside metadata."""
    if isinstance(value, dict):
        inner = [personal(item, "email" if name.endswith("metadata") else key) for key, item in value.items()]
        return set().union(*inner)
    if isinstance(value, list):
        return set().union(*(personal(item, name) for item in value))
    if (
        isinstance(value, str)
        and len(value) > 3
        and value not in COMMON
        and PERSONAL.search(name)
        and name not in NOBODYS
    ):
        return {value}
    return set()


class Session:
    """What was sent and what came back."""

    def __init__(self, base_url: str) -> None:
        self.client = httpx.Client(base_url=base_url, timeout=30)
        self.secrets: set[str] = {SECRET, SECRET[6:], NEW_SECRET, ADMIN_TOKEN, ERASURE_KEY}
        self.answers: list[str] = []
        self.statuses: set[int] = set()
        self._numbers = itertools.count(1)

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> int:
        """Send a request; keep the answer, and what the request held that is secret."""
        for name, value in (headers or {}).items():
            if name in {"svix-signature", "authorization", "x-forwarded-for", "user-agent", "cookie"}:
                self.secrets |= {part for part in re.split(r"[ ,]", value) if len(part) > 6}
        raw = {name: value.encode("latin-1") for name, value in (headers or {}).items()}
        answer = self.client.request(method, path, headers=raw, content=body)
        self.answers.append(f"{answer.status_code} {answer.headers} {answer.text}")
        self.statuses.add(answer.status_code)
        return answer.status_code

    def deliver(self, document: Any, *, secret: str = SECRET, **headers: str) -> int:
        """Send a signed delivery."""
        self.secrets |= personal(document) if isinstance(document, dict) else set()
        body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        ours = signed(body, svix_id=f"msg_{next(self._numbers)}", secret=secret)
        return self.send("POST", WEBHOOK, {**ours, **headers}, body)

    def log_in(self, value: str) -> int:
        """Send a login."""
        return self.send("POST", "/api/session/sync", bearer(value))


def hidden(values: set[str], seen: str) -> set[str]:
    """Those of the values that can be read in a text, as they are or as JSON or Python writes them."""
    return {value for value in values if any(stands(form, seen) for form in forms(value))}


def forms(value: str) -> set[str]:
    return {value, json.dumps(value)[1:-1], repr(value)[1:-1], value.lower()}


def stands(form: str, seen: str) -> bool:
    """Tell whether a text stands in another; a number, only where it is no piece of a longer one, of a clock's say."""
    return form in seen and (not form.isdigit() or re.search(rf"(?<![\d.]){form}(?!\d)", seen) is not None)


@contextmanager
def running(command: list[str], database_url: str, output: Path, port: int) -> Iterator[None]:
    """A server in its own process; all that it writes goes to a file."""
    environment = {
        "PATH": os.environ["PATH"],
        "APP_ENV": "production",
        "DATABASE_URL": database_url,
        "CLERK_WEBHOOK_SIGNING_SECRET": f"{SECRET} {NEW_SECRET}",
        "CLERK_INSTANCE_ID": INSTANCE,
        "ERASURE_KEY": ERASURE_KEY,
        "ADMIN_TOKEN": ADMIN_TOKEN,
        "CLERK_JWT_KEY": public_pem(),
        "CLERK_AUTHORIZED_PARTIES": PARTY,
    }
    with output.open("wb") as file:
        server = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
        try:
            wait_for(server, port)
            yield
        finally:
            server.terminate()
            server.wait(30)


def wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the server answers; a server that ends is a failure at once."""
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            select.select([], [], [], 0.05)
        else:
            return
    raise AssertionError("the server does not listen")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def ordinary_traffic(session: Session) -> None:
    for name in (*ORDINARY, *EDGE):
        assert session.deliver(event(name)) == 204
        assert session.deliver(event(name), secret=NEW_SECRET) == 204
    person = claims("user_L", email="linus@login.test", first_name="Linus", last_name="Sjögren")
    session.secrets |= {"linus@login.test", "Linus", "Sjögren"}
    assert session.log_in(token(person)) == 200
    for path in ("/health", "/ready", "/openapi.json"):
        session.send("GET", path)
    # Its answer is the administrator's, and personal by right; that it is logged nowhere is what counts here.
    session.client.get("/api/users/user_L/export", headers=bearer(ADMIN_TOKEN)).raise_for_status()
    assert session.send("GET", "/metrics", bearer(ADMIN_TOKEN)) == 200


def hostile_traffic(session: Session) -> None:
    document = event("user.created")
    other = {
        "x-forwarded-for": "198.51.100.77",
        "user-agent": "Spy/1.0 spy@example.test",
        "cookie": "__session=abcdefgh",
    }
    assert session.deliver(document, secret="whsec_" + "z" * 32, **other) == 400
    assert session.deliver({**document, "instance_id": "ins_other"}, **other) == 400
    assert session.deliver(b'{"data": {"email_address": "broken@example.test"', **other) == 204
    assert session.deliver({"type": "user.created", "data": {"first_name": "Nobody Known"}}) == 204
    assert session.deliver({"type": "user.created", "data": {**document["data"], "id": 5}}) == 204
    session.secrets |= {"broken@example.test", "198.51.100.77", "spy@example.test", "ada.trick@example.test"}
    body = b'{"email": "ada.trick@example.test"}'
    for svix_id in ("ada.trick@example.test", 'x"} {"email": "ada.trick@example.test"}', "m" * 8000):
        assert (
            session.send("POST", WEBHOOK, {**signed(body, svix_id="msg_a"), "svix-id": svix_id}, body) == 400
        )
    assert session.send("POST", WEBHOOK, signed(body, svix_id="msg_a"), b"x" * 2_000_000) == 413
    for value in ("garbage-token-abcdef", token(key="second"), token(claims(azp="https://evil.test"))):
        assert session.log_in(value) == 401
    assert session.send("GET", "/metrics", bearer("wrong-admin-token")) == 401
    assert session.send("GET", "/api/users/ada.trick@example.test/export", bearer(ADMIN_TOKEN)) == 404
    for strange in ("ada.trick@example.test" * 20, "ada.trick@example.test%00", "ada.trick@example.test%0a"):
        assert session.send("GET", f"/api/users/{strange}/export", bearer(ADMIN_TOKEN)) == 404
    assert session.send("GET", "/ada.trick@example.test?email=ada.trick@example.test") == 404


def with_faults(session: Session, database_url: str) -> None:
    """Make the database refuse, one table after the other, and send again."""
    ada = {
        **event("user.created"),
        "data": {**event("user.created")["data"], "id": "user_N", "first_name": "Nadège"},
    }
    engine = open_engine(database_url)
    for table in ("users", "outbox", "inbox"):
        with engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {table}"))
        if table == "users":
            assert session.deliver(ada) == 503
        assert session.log_in(token(claims("user_M", email="mona@login.test", first_name="Mona"))) == 503
    engine.dispose()
    session.secrets |= {"mona@login.test", "Mona", "Nadège"}
    assert session.deliver(ada) == 503
    assert session.send("GET", "/ready") == 503
    # An error that nobody catches: the export reads tables that are gone.
    assert session.send("GET", "/api/users/mona@login.test/export", bearer(ADMIN_TOKEN)) >= 500
    if database_url.startswith("sqlite"):
        overwrite(Path(database_url.removeprefix("sqlite:///")))
        assert session.deliver(ada) == 503
        assert session.log_in(token(claims("user_M", email="mona@login.test", first_name="Mona"))) == 503


def overwrite(database: Path) -> None:
    """Spoil the file in place, and what SQLite keeps beside it."""
    for file in database.parent.glob(database.name + "*"):
        with file.open("r+b") as opened:
            opened.write(b"no database " * 1000)


COMMANDS = {
    "our command": [sys.executable, "-m", "reference_impl", "serve", "--port"],
    "uvicorn's own": [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "reference_impl.app:create_app",
        "--port",
    ],
}


@pytest.mark.parametrize("how", COMMANDS)
def test_a_whole_session_says_nothing_of_anybody(database_url: str, tmp_path: Path, how: str) -> None:
    port, output = free_port(), tmp_path / "output.log"
    with running([*COMMANDS[how], str(port)], database_url, output, port):
        session = Session(f"http://127.0.0.1:{port}")
        with session.client:
            ordinary_traffic(session)
            hostile_traffic(session)
            with_faults(session, database_url)
    written = output.read_text()
    assert written.count('"event": "delivery"') > 100, "what follows is no proof if nothing was written"
    assert '"error": "OperationalError"' in written or '"error": "UndefinedTable"' in written
    assert "unhandled error" in written
    assert "Traceback" not in written
    assert len(session.secrets) > 150
    assert {200, 204, 400, 401, 404, 413, 500, 503} >= session.statuses >= {200, 204, 400, 401, 404, 413, 503}
    assert hidden(session.secrets, written) == set()
    assert hidden(session.secrets, "\n".join(session.answers)) == set()


def test_the_scan_finds_a_planted_leak() -> None:
    document = event("user.updated")
    values = personal(document)
    assert {"amelie.tremblay@example.com", "Amélie", "203.0.113.24", "etudiante", "amelie_t"} <= values
    assert {"424242", "+15145550123"} <= personal(event("email.created")) | personal(event("sms.created"))
    for planted in values:
        for line in (
            f"... {planted} ...",
            json.dumps({"event": planted}),
            repr({"x": planted}),
            planted.lower(),
        ):
            assert planted in hidden(values, line), line
    assert hidden(values, '{"event": "delivery", "type": "user.updated"}') == set()
    assert hidden({SECRET}, f"secret: {SECRET}") == {SECRET}
