"""Parcels over HTTP: two senders at one address, what is answered, and what each answer leaves behind."""

import pytest
from sqlalchemy import Engine, text

from reference_impl.providers.intake import Provider
from reference_impl.providers.shipping.shippo import shippo_provider
from tests.receiver.edge.served import Client
from tests.receiver.providers.conftest import Listener, clock

from .conftest import Mount
from .deliveries import (
    NOW,
    PAYLOADS,
    ROUTE,
    SHIPPO_SECRET,
    SHIPPO_TOKEN,
    TABLES,
    TRACKERS,
    TRACKS,
    announced,
    by_easypost,
    by_shippo,
    by_token,
    bytes_of,
    easypost_header,
    outcomes,
    rows,
    sent,
    shippo_header,
    statuses,
    track,
    tracker,
)


def test_the_payloads_of_the_course_are_processed_and_their_duplicates_change_nothing(
    client: Client, engine: Engine
) -> None:
    def deliver_all() -> list[int]:
        answers = [by_easypost(client, body) for body in TRACKERS.values()]
        return answers + [by_shippo(client, body) for body in TRACKS.values()]

    assert deliver_all() == [204] * 6
    before = {table: rows(engine, table) for table in TABLES}
    assert deliver_all() == [204] * 6

    assert {table: rows(engine, table) for table in TABLES} == before
    assert len(before["shipping_inbox"]) == len(PAYLOADS) == 6
    assert statuses(engine) == {
        "EZ2000000002": "delivered",
        "SHIPPO_DELIVERED": "delivered",
        "SHIPPO_FAILURE": "exception",
        "SHIPPO_TRANSIT": "in_transit",
    }
    assert before["parcels"][0] == {
        "carrier": "CanadaPost",
        "tracking_number": "EZ2000000002",
        "status": "delivered",
        "status_detail": "arrived_at_destination",
        "status_at": 1_764_583_199_000,
        "eta": 1_764_720_000_000,
        "order_id": None,
        "provider": "easypost",
    }


def test_each_sender_is_recognised_by_its_own_proof_and_by_no_other(client: Client, engine: Engine) -> None:
    assert by_easypost(client, tracker("delivered", 1, 0)) == 204
    assert by_shippo(client, track("DELIVERED", 0)) == 204
    assert {row["tracking_number"]: row["provider"] for row in rows(engine, "parcels")} == {
        "EZ1": "easypost",
        "SH1": "shippo",
    }

    before = {table: rows(engine, table) for table in TABLES}
    assert by_easypost(client, tracker("returned", 2, 1), secret=SHIPPO_SECRET) == 400
    assert by_shippo(client, track("RETURNED", 1), secret="un-sécret-of-the-tests") == 400
    assert {table: rows(engine, table) for table in TABLES} == before


@pytest.mark.parametrize("secret", ["another-secret", ""])
def test_another_secret_is_refused_and_leaves_nothing(client: Client, engine: Engine, secret: str) -> None:
    assert by_easypost(client, tracker("delivered", 1, 0), secret=secret) == 400
    assert by_shippo(client, track("DELIVERED", 0), secret=secret) == 400
    assert sent(client, bytes_of(track("DELIVERED", 0)), {}) == 400
    assert not any(rows(engine, table) for table in TABLES)


def test_an_old_delivery_of_shippo_is_refused(client: Client, engine: Engine) -> None:
    assert by_shippo(client, track("DELIVERED", 0), at=NOW // 1000 - 301) == 400
    assert by_shippo(client, track("DELIVERED", 0), at=NOW // 1000 + 301) == 400
    assert outcomes(engine) == {}


def test_easypost_alone_does_not_believe_shippo_and_the_reverse(
    mount: Mount, easypost: Provider, shippo: Provider, engine: Engine
) -> None:
    only_easypost, only_shippo = mount(easypost), mount(shippo)

    assert by_shippo(only_easypost, track("TRANSIT", 0)) == 400
    assert by_token(only_easypost, track("TRANSIT", 0)) == 400
    assert by_easypost(only_shippo, tracker("in_transit", 1, 0)) == 400
    assert outcomes(engine) == {}

    assert by_easypost(only_easypost, tracker("in_transit", 1, 0)) == 204
    assert by_shippo(only_shippo, track("TRANSIT", 0)) == 204
    assert len(statuses(engine)) == 2


def test_a_token_in_the_address_is_enough_where_there_is_no_secret(
    mount: Mount, easypost: Provider, with_token: Provider, engine: Engine
) -> None:
    client = mount(easypost, with_token)

    for other in (None, "", "a-token", SHIPPO_TOKEN + "x"):
        assert by_token(client, track("TRANSIT", 0), other) == 400
    assert outcomes(engine) == {}

    assert by_token(client, track("TRANSIT", 0)) == by_token(client, track("TRANSIT", 0)) == 204
    assert by_easypost(client, tracker("in_transit", 1, 0)) == 204
    assert len(outcomes(engine)) == len(statuses(engine)) == 2


def test_where_there_is_a_secret_the_token_is_not_enough(mount: Mount, engine: Engine) -> None:
    client = mount(shippo_provider(SHIPPO_SECRET, SHIPPO_TOKEN, clock))

    assert by_token(client, track("TRANSIT", 0)) == 400
    assert outcomes(engine) == {}
    assert by_shippo(client, track("TRANSIT", 0)) == 204, "and the signature is enough"


def test_of_two_tokens_only_the_last_is_read(mount: Mount, with_token: Provider, engine: Engine) -> None:
    client, body = mount(with_token), bytes_of(track("TRANSIT", 0))
    assert sent(client, body, {}, [("token", SHIPPO_TOKEN), ("token", "x")]) == 400
    assert sent(client, body, {}, [("token", "x"), ("token", SHIPPO_TOKEN)]) == 204
    assert len(outcomes(engine)) == 1


def test_of_a_header_given_twice_only_the_first_is_believed(client: Client, engine: Engine) -> None:
    body = bytes_of(track("TRANSIT", 0))
    good = {
        "X-Hmac-Signature": easypost_header(body),
        "Shippo-Auth-Signature": shippo_header(body, NOW // 1000),
    }
    for name, right in good.items():
        assert sent(client, body, [(name, "wrong"), (name, right)]) == 400
    assert outcomes(engine) == {}
    for name, right in good.items():
        assert sent(client, body, [(name, right), (name, "wrong")]) == 204
    assert sorted(outcomes(engine).values()) == ["dead", "processed"], "EasyPost signed what is not its own"


@pytest.mark.parametrize("name", [b"x-hmac-signature", b"shippo-auth-signature"])
@pytest.mark.parametrize("value", ["hmac-sha256-hex=é", f"t={NOW // 1000},v1=é", "\xff" * 1000, ""])
def test_a_strange_header_is_refused(client: Client, engine: Engine, name: bytes, value: str) -> None:
    assert sent(client, b"{}", [(name, value.encode("latin-1"))]) == 400
    assert sent(client, b"{}", [(name, value.encode())]) == 400
    assert outcomes(engine) == {}


def test_a_query_that_is_not_text_is_refused(mount: Mount, with_token: Provider, engine: Engine) -> None:
    client = mount(with_token)
    for query in ("token=%ff%fe", "token=%00", "token", "token=%ED%A0%80", "&&&", "token=" + "x" * 5000):
        assert client.request("POST", f"{ROUTE}?{query}", content=b"{}").status_code == 400
    assert outcomes(engine) == {}


def test_a_base_that_fails_at_the_last_write_has_written_nothing(
    client: Client, engine: Engine, listener: Listener
) -> None:
    delivered = bytes_of(tracker("delivered", 1, 0))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))

    assert by_easypost(client, delivered) == 503

    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO outbox"))
    assert len(listener.heard) == 1, "the reaction ran: what failed came after the parcel"
    assert not any(rows(engine, table) for table in TABLES)
    assert by_easypost(client, delivered) == 204
    assert outcomes(engine) == {"evt_0001": "processed"}
    assert announced(engine) == ["parcel.delivered/CanadaPost/EZ1"]


def test_a_capture_of_easypost_that_is_replayed_changes_nothing(client: Client, engine: Engine) -> None:
    captured = tracker("in_transit", 1, 0)
    for told in (captured, tracker("failure", 2, 5)):
        assert by_easypost(client, told) == 204
    before = {table: rows(engine, table) for table in TABLES}

    assert by_easypost(client, captured) == 204, "the signature is good for ever"
    assert {table: rows(engine, table) for table in TABLES} == before

    with engine.begin() as connection:
        connection.execute(text("DELETE FROM shipping_inbox"))
    assert by_easypost(client, captured) == 204
    assert outcomes(engine) == {"evt_0001": "stale"}, "where the delivery is forgotten, the parcel remembers"
    assert rows(engine, "parcels") == before["parcels"]
