"""Resend's events are full of people; the database and the journal hold none of them."""

import json

import pytest
from sqlalchemy import Engine

from reference_impl.operations.logs import configure_logs
from reference_impl.privacy.register import Subjects
from tests.receiver.edge.served import Client
from tests.receiver.privacy.scan import read_all, says, scan

from .deliveries import ADDRESS, PAYLOADS, bounce, deliver, event

MARKERS = {
    ADDRESS,
    "amelie",
    "example.com",
    "exemple.test",
    "noreply",
    "Bienvenue !",
    "203.0.113.9",
    "Mozilla",
    "550 5.1.1",
    "boîte inconnue",
    "20251201.abc",
    "liste de suppression",
}
"""Who wrote to whom, about what, and from where it was read."""

STRANGE = [
    b'{"type": "email.bounced", "data": {"to": ["amelie.tremblay@example.com"',
    json.dumps(bounce("Permanent", email_id=None)).encode(),
    json.dumps({**event("opened"), "created_at": "amelie.tremblay@example.com"}).encode(),
    json.dumps({"type": "contact.created", "data": {"email": ADDRESS}}).encode(),
]


def test_the_payloads_hold_what_is_looked_for() -> None:
    told = [json.loads(body) for body in PAYLOADS.values()]
    assert says(json.dumps(told, ensure_ascii=False), MARKERS) == MARKERS


def test_the_database_and_the_journal_name_nobody(
    watching: Client, engine: Engine, subjects: Subjects, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs()
    bodies = [*PAYLOADS.values(), *STRANGE]
    for _ in range(2):
        for number, body in enumerate(bodies):
            assert deliver(watching, body, f"msg_{number}") == 204
    for body in bodies:
        assert deliver(watching, body, "msg_forged", secret="whsec_" + "z" * 32) == 400

    assert scan(engine, MARKERS) == set()
    database = read_all(engine)
    assert [row["fingerprint"] for row in database["unusable_addresses"]] == [subjects(ADDRESS)]
    assert len(database["emails"]) == 1
    assert len(database["email_inbox"]) == len(bodies)
    written = capsys.readouterr()
    assert says(written.out + written.err, MARKERS) == set()
    assert subjects(ADDRESS) not in written.out + written.err
    assert written.out.count('"event": "provider delivery"') == 3 * len(bodies)
    assert "Traceback" not in written.out + written.err
