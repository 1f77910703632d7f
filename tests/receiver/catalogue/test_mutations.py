"""A signed body is never answered 4xx or 5xx, whatever is missing, null, or not of its type."""

import json
import random
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine

from reference_impl.tables import InboxRow
from tests.receiver.edge.served import Client

from .fixtures import EDGE, MISSING, ORDINARY, changed, event, paths, table_rows

ONE_OF_EACH = [
    "user.updated",
    "user.deleted",
    "session.created",
    "organization.created",
    "organization.deleted",
    "organizationMembership.updated",
    "organizationInvitation.accepted",
    "organizationDomain.updated",
    "role.updated",
    "waitlistEntry.created",
    "subscription.updated",
]

LONG = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000))
"""Longer than any index entry of PostgreSQL, and not to be compressed."""

STRANGE: list[Any] = [
    MISSING, None, True, False, 0, -1, 1.5, 2**31, 2**63, 10**30, 1e300, "", "x", "\x00", "a\ud800", LONG,
    [], [None], [[]], {}, {"": None}, {"id": 5}, {"id": "\x00"}, [{"id": "user_A"}], {"a": [{"b": "\udfff"}] * 3},
]  # fmt: skip


def opposite(value: Any) -> Any:
    """A value of another type."""
    return {} if isinstance(value, str | int) else "x"


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def test_each_field_may_be_missing_null_or_of_another_type(client: Client, engine: Engine) -> None:
    sent = 0
    for name in ONE_OF_EACH:
        document = event(name)
        for path in paths(document, 2):
            if path[0] == "event_attributes":
                continue
            for value in (MISSING, None, opposite(at(document, path))):
                answer = client.deliver(changed(document, path, value))
                if path == ("instance_id",) and isinstance(value, str):
                    continue
                assert answer.status_code == 204, (name, path, value)
                sent += 1
    rows = table_rows(engine, InboxRow)
    assert len(rows) == sent
    assert {row["outcome"] for row in rows} <= {"processed", "stale", "ignored", "dead"}


def test_any_number_of_strange_values_anywhere_is_accepted(client: Client, engine: Engine) -> None:
    documents = {name: event(name) for name in (*ORDINARY, *EDGE)}

    @examples(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(sorted(documents)), st.data())
    def check(name: str, data: st.DataObject) -> None:
        document = documents[name]
        for _ in range(data.draw(st.integers(1, 4))):
            options = [path for path in paths(document, 6) if path != ("instance_id",)]
            document = changed(
                document, data.draw(st.sampled_from(options)), data.draw(st.sampled_from(STRANGE))
            )
        answer = client.deliver(json.dumps(document).encode())
        assert answer.status_code == 204, document

    check()
    assert table_rows(engine, InboxRow)


KEPT = {("instance_id",), ("type",), ("data", "id")}


def test_what_the_database_could_not_hold_is_shortened_to_nothing_and_not_retried_for_ever(
    client: Client, engine: Engine
) -> None:
    """PostgreSQL refuses an index entry of 2.7 kB with an error of the passing kind: Svix would try for days."""
    for name in ONE_OF_EACH:
        document = event(name)
        for path in paths(document, 5):
            if isinstance(at(document, path), str) and path not in KEPT:
                document = changed(document, path, LONG)
        assert client.deliver(document).status_code == 204
