"""What is authentic but strange is answered 204: the sender would send it again, for nothing."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.receiver.catalogue.fixtures import MISSING, changed, paths
from tests.receiver.edge.served import Client
from tests.receiver.providers.conftest import Listener

from .deliveries import PAYLOADS, TRACKS, by_easypost, by_shippo, outcomes, rows, statuses, track, tracker

LONG = "".join(chr(97 + n * 7919 % 26) for n in range(20_000))

STRANGE: list[Any] = [
    MISSING, None, True, 0, -1, 1.5, 2**63, 10**30, "", "x", "\x00", "a\ud800", "é/é", "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59", "2025-13-45", LONG, "\U0001f4e6" * 255, [], [None], {}, {"id": 5},
]  # fmt: skip


@pytest.mark.parametrize("name", ["tracker.updated.in_transit", "track_updated.TRANSIT"])
def test_each_field_may_hold_anything(client: Client, engine: Engine, name: str) -> None:
    document = json.loads(PAYLOADS[name])
    deliver = by_shippo if name in TRACKS else by_easypost
    for number, path in enumerate(paths(document, 4)):
        for rank, value in enumerate(STRANGE):
            told = changed(document, path, value)
            if path != ("id",) and "id" in told:
                told["id"] = f"evt_{number}_{rank}"
            assert deliver(client, told) == 204, (path, value)

    assert set(outcomes(engine).values()) <= {"processed", "stale", "ignored", "dead"}
    assert {"ignored", "dead", "processed"} <= set(outcomes(engine).values())
    for row in rows(engine, "parcels"):
        assert all(len(value) <= 255 for value in row.values() if isinstance(value, str))
        assert "/" not in row["carrier"]


BODIES = [
    (b"", "not_json"),
    (b"not json", "not_json"),
    (b"\xff\xfe{", "not_json"),
    (b"[1]", "not_an_object"),
    (b"null", "not_an_object"),
    (b"[" * 100_000, "not_json"),
    (b'{"a": ' * 100 + b"1" + b"}" * 100, "too_deep"),
    (b'{"id": "evt_1", "n": 1e999}', "not_json"),
    (b'{"id": "evt_1", "n": NaN}', "not_json"),
]
OF_EASYPOST = [
    *BODIES,
    (b"{}", "no_id"),
    ({**tracker("delivered", 1, 0), "id": "e" * 256}, "no_id"),
    ({**tracker("delivered", 1, 0), "id": 5}, "no_id"),
    (b'{"id": "evt_0001"}', "no_type"),
    ({**tracker("delivered", 1, 0), "result": []}, "no_carrier"),
    (tracker("delivered", 1, 0, carrier="a/b"), "no_carrier"),
    (tracker("delivered", 1, 0, tracking_code="9" * 256), "no_tracking_number"),
    (tracker(None, 1, 0), "no_status"),
    (tracker("", 1, 0), "no_status"),
    (tracker("delivered", 1, 0, updated_at=1_764_583_200), "no_time"),
    (tracker("delivered", 1, 0, updated_at="1969-12-31T00:00:00Z"), "no_time"),
]
OF_SHIPPO = [
    *BODIES,
    (b"{}", "no_type"),
    ({**track("DELIVERED", 0), "event": ["track_updated"]}, "no_type"),
    ({**track("DELIVERED", 0), "data": "x"}, "no_carrier"),
    (track("DELIVERED", 0, tracking_number=None), "no_tracking_number"),
    (track("DELIVERED", 0, tracking_status=None), "no_status"),
    (track(7, 0), "no_status"),
    (track("DELIVERED", 0, tracking_status={"status": "DELIVERED", "status_date": None}), "no_time"),
]


@pytest.mark.parametrize(("body", "reason"), OF_EASYPOST)
def test_what_easypost_cannot_mean_is_noted_with_its_reason(
    client: Client, engine: Engine, body: Any, reason: str
) -> None:
    assert by_easypost(client, body) == by_easypost(client, body) == 204
    noted(engine, reason)


@pytest.mark.parametrize(("body", "reason"), OF_SHIPPO)
def test_what_shippo_cannot_mean_is_noted_with_its_reason(
    client: Client, engine: Engine, body: Any, reason: str
) -> None:
    assert by_shippo(client, body) == by_shippo(client, body) == 204
    noted(engine, reason)


def noted(engine: Engine, reason: str) -> None:
    (row,) = rows(engine, "shipping_inbox")
    assert (row["outcome"], row["reason"]) == ("dead", reason)
    assert row["delivery_id"] == "evt_0001" or row["delivery_id"].startswith("sha256:")
    assert rows(engine, "parcels") == rows(engine, "outbox") == []


def test_an_event_that_was_dead_is_processed_when_it_can_be(client: Client, engine: Engine) -> None:
    whole = tracker("delivered", 1, 0)
    assert by_easypost(client, tracker("delivered", 1, 0, updated_at=None)) == 204
    assert outcomes(engine) == {"evt_0001": "dead"}

    assert by_easypost(client, whole) == 204
    assert outcomes(engine) == {"evt_0001": "processed"}
    assert statuses(engine) == {"EZ1": "delivered"}


def test_the_longest_names_fit_in_every_key(client: Client, engine: Engine, listener: Listener) -> None:
    box = "\U0001f4e6" * 255
    assert by_easypost(client, tracker("delivered", 1, 0, carrier=box, tracking_code=box)) == 204

    assert outcomes(engine) == {"evt_0001": "processed"}
    assert [news.key for news in listener.heard] == [f"parcel.delivered/{box}/{box}"]
    assert [row["key"] for row in rows(engine, "outbox")] == [f"parcel.delivered/{box}/{box}"]


def test_a_null_character_in_a_name_is_replaced(client: Client, engine: Engine) -> None:
    assert by_shippo(client, track("DELIVERED", 0, tracking_number="SH\x001")) == 204
    assert statuses(engine) == {"SH\ufffd1": "delivered"}
