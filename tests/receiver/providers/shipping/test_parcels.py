"""The states of a parcel, what is announced of them, and what is left aside."""

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, text

from reference_impl.providers.intake import Intake, Provider
from reference_impl.providers.shipping.easypost import easypost_provider
from reference_impl.providers.shipping.shippo import shippo_provider
from tests.receiver.providers.conftest import Listener, clock

from .deliveries import announced, authentic, iso, ms, outcomes, payload, rows, statuses, track, tracker

CARRIED = "CanadaPost/EZ1"


@pytest.fixture
def receive(intake: Intake, easypost: Provider, shippo: Provider) -> Any:
    """Deliver an event and give its outcome."""
    return lambda told: intake.receive(shippo if "event" in told else easypost, authentic(told)).outcome


WORDS = {
    "unknown": "unknown",
    "pre_transit": "pre_transit",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "available_for_pickup",
    "failure": "exception",
    "error": "exception",
    "return_to_sender": "returned",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "a word of next year": "unknown",
    "UNKNOWN": "unknown",
    "PRE_TRANSIT": "pre_transit",
    "TRANSIT": "in_transit",
    "FAILURE": "exception",
    "RETURNED": "returned",
    "DELIVERED": "delivered",
    "A WORD OF NEXT YEAR": "unknown",
}


@pytest.mark.parametrize(("word", "state"), WORDS.items())
def test_both_senders_speak_of_the_same_states(receive: Any, engine: Engine, word: str, state: str) -> None:
    assert receive(track(word, 0) if word.isupper() else tracker(word, 1, 0)) == "processed"

    (row,) = rows(engine, "parcels")
    assert row["status"] == state
    told = state in {"in_transit", "exception", "returned", "delivered"}
    assert announced(engine) == [f"parcel.{state}/{row['carrier']}/{row['tracking_number']}"] * told


def test_the_words_of_one_sender_are_not_those_of_the_other(receive: Any, engine: Engine) -> None:
    receive(tracker("DELIVERED", 1, 0))
    receive(track("delivered", 0))
    assert statuses(engine) == {"EZ1": "unknown", "SH1": "unknown"}


def test_a_late_transit_does_not_undo_a_delivery(receive: Any, engine: Engine, listener: Listener) -> None:
    assert receive(tracker("delivered", 1, 5)) == "processed"
    assert [receive(tracker("in_transit", n, hour)) for n, hour in ((2, 3), (3, 5), (4, 9))] == ["stale"] * 3

    assert statuses(engine) == {"EZ1": "delivered"}
    assert [news.key for news in listener.heard] == [f"parcel.delivered/{CARRIED}"]


def test_a_failed_attempt_may_be_followed_by_another_and_a_delivery(
    receive: Any, engine: Engine, listener: Listener
) -> None:
    story = ["pre_transit", "in_transit", "out_for_delivery", "failure", "out_for_delivery", "delivered"]
    for hour, word in enumerate(story):
        assert receive(tracker(word, hour, hour)) == "processed"
        assert rows(engine, "parcels")[0]["status_at"] == ms(hour)

    assert statuses(engine) == {"EZ1": "delivered"}
    assert [news.key for news in listener.heard] == [
        f"parcel.{state}/{CARRIED}" for state in ("in_transit", "exception", "delivered")
    ]
    assert listener.heard[1].payload == {
        "carrier": "CanadaPost",
        "tracking_number": "EZ1",
        "status_at": ms(3),
    }


def test_older_news_does_not_undo_a_failed_attempt(receive: Any, engine: Engine) -> None:
    receive(tracker("failure", 1, 5))
    assert receive(tracker("out_for_delivery", 2, 4)) == "stale"
    assert receive(tracker("in_transit", 3, 5)) == "stale", "at the same instant, the one that went further"
    assert statuses(engine) == {"EZ1": "exception"}


ADVANCING = ["pre_transit", "in_transit", "out_for_delivery", "failure", "available_for_pickup"]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(("lesser", "greater"), list(pairwise(ADVANCING)))
def test_at_the_same_instant_the_state_that_is_further_on_stays(
    receive: Any, engine: Engine, lesser: str, greater: str, reverse: bool
) -> None:
    # What the lesser says beside its state must not make it win.
    told = [
        tracker(lesser, 1, 0, status_detail="z", est_delivery_date=iso(99)),
        tracker(greater, 2, 0, status_detail="a"),
    ]
    found = [receive(one) for one in (reversed(told) if reverse else told)]

    assert found == (["processed", "stale"] if reverse else ["processed"] * 2)
    assert rows(engine, "parcels")[0]["status_detail"] == "a"


def test_the_same_news_under_another_identifier_is_announced_once(
    receive: Any, engine: Engine, listener: Listener
) -> None:
    assert receive(tracker("delivered", 1, 0)) == "processed"
    assert receive(tracker("delivered", 2, 0)) == "stale"
    assert len(listener.heard) == 1


def test_what_was_overtaken_on_the_way_is_not_announced(receive: Any, engine: Engine) -> None:
    for number, (word, hour) in enumerate([("out_for_delivery", 5), ("failure", 3), ("in_transit", 1)]):
        receive(tracker(word, number, hour))
    assert announced(engine) == []


def test_a_parcel_scanned_ten_times_is_announced_once(receive: Any, engine: Engine) -> None:
    for hour in range(10):
        assert receive(track("TRANSIT", hour)) == "processed"

    assert announced(engine) == ["parcel.in_transit/usps/SH1"]
    assert rows(engine, "parcels")[0]["status_at"] == ms(9)


@pytest.mark.parametrize("hours", [(3, 9), (9, 3)])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_parcel_that_goes_back_is_no_longer_with_the_client(
    receive: Any, engine: Engine, hours: tuple[int, int], reverse: bool
) -> None:
    told = [tracker("delivered", 1, hours[0]), tracker("return_to_sender", 2, hours[1])]
    for one in reversed(told) if reverse else told:
        receive(one)

    assert statuses(engine) == {"EZ1": "returned"}
    assert f"parcel.returned/{CARRIED}" in announced(engine)


def test_a_parcel_that_was_delivered_was_not_cancelled(receive: Any, engine: Engine) -> None:
    assert receive(tracker("cancelled", 1, 5)) == "processed"
    assert receive(tracker("in_transit", 2, 6)) == "stale"
    assert receive(tracker("delivered", 3, 1)) == "processed"
    assert statuses(engine) == {"EZ1": "delivered"}


def test_not_knowing_replaces_nothing(receive: Any, engine: Engine) -> None:
    assert receive(track("UNKNOWN", 0)) == "processed"
    assert receive(track("PRE_TRANSIT", -5)) == "processed"
    assert receive(track("UNKNOWN", 9)) == "stale"
    assert statuses(engine) == {"SH1": "pre_transit"}


def test_the_order_that_the_application_wrote_is_kept(receive: Any, engine: Engine) -> None:
    receive(track("TRANSIT", 0))
    with engine.begin() as connection:
        connection.execute(text("UPDATE parcels SET order_id = '1042'"))
    receive(track("DELIVERED", 5))

    (row,) = rows(engine, "parcels")
    assert (row["status"], row["order_id"]) == ("delivered", "1042")


def test_the_same_number_at_two_carriers_is_two_parcels(receive: Any, engine: Engine) -> None:
    receive(track("DELIVERED", 0))
    receive(track("TRANSIT", 0, carrier="ups"))
    assert [row["status"] for row in rows(engine, "parcels")] == ["in_transit", "delivered"]


def test_news_of_shippo_that_comes_in_two_bodies_is_a_duplicate(receive: Any, engine: Engine) -> None:
    assert receive(track("TRANSIT", 0)) == "processed"
    assert receive(track("TRANSIT", 0, messages=["again"], tracking_history=[{}])) == "duplicate"
    assert len(outcomes(engine)) == 1


def test_another_arrival_with_the_same_state_is_not_a_duplicate(receive: Any, engine: Engine) -> None:
    receive(track("TRANSIT", 0))
    assert receive(track("TRANSIT", 0, eta="2025-12-09T00:00:00Z")) == "processed"
    assert rows(engine, "parcels")[0]["eta"] == 1_765_238_400_000


@pytest.mark.parametrize(
    "other",
    [
        {**tracker("delivered", 1, 0), "description": "batch.updated"},
        {**tracker("delivered", 2, 0), "description": "tracker.deleted"},
        {**track("DELIVERED", 0), "event": "transaction_created"},
    ],
)
def test_what_does_not_follow_a_parcel_is_ignored(receive: Any, engine: Engine, other: Any) -> None:
    assert receive(other) == "ignored"
    assert rows(engine, "parcels") == announced(engine) == []


def test_a_tracker_that_is_created_is_a_parcel_already(receive: Any, engine: Engine) -> None:
    assert receive({**tracker("pre_transit", 1, 0), "description": "tracker.created"}) == "processed"
    assert statuses(engine) == {"EZ1": "pre_transit"}


MODES = [
    (None, "test", "processed"),
    (None, "production", "processed"),
    (True, "test", "ignored"),
    (True, "production", "processed"),
    (False, "test", "processed"),
    (False, "production", "ignored"),
    (True, None, "processed"),
    (False, 5, "processed"),
]


@pytest.mark.parametrize(("live", "mode", "outcome"), MODES)
def test_what_says_that_it_is_of_the_other_mode_is_ignored(
    intake: Intake, engine: Engine, live: bool | None, mode: Any, outcome: str
) -> None:
    of_easypost, of_shippo = easypost_provider("s", live=live), shippo_provider("s", None, clock, live=live)
    test = {"test": True, "production": False}.get(mode, mode)

    assert (
        intake.receive(of_easypost, authentic({**tracker("failure", 1, 0), "mode": mode})).outcome == outcome
    )
    assert intake.receive(of_shippo, authentic(track("FAILURE", 0, test=test))).outcome == outcome
    assert len(rows(engine, "parcels")) == 2 * (outcome == "processed")


def test_nothing_of_a_person_or_a_place_is_kept(receive: Any, engine: Engine) -> None:
    signed = payload("tracker.updated.delivered")
    signed["result"]["signed_by"] = "Zoé Fictive"
    signed["result"]["status_detail"] = "Signed by Zoé Fictive"
    told = payload("track_updated.DELIVERED")
    told["data"]["tracking_status"] |= {
        "status_details": "Left with Zoé Fictive",
        "substatus": {"code": "Zoé Fictive", "text": "Zoé"},
    }
    receive(signed)
    receive(told)

    kept = repr({table: rows(engine, table) for table in ("parcels", "shipping_inbox", "outbox")})
    assert statuses(engine) == {"EZ2000000002": "delivered", "SHIPPO_DELIVERED": "delivered"}
    for personal in ("Zo", "Fictive", "QUEBEC", "G1K", "Montreal", "H2X", "1042"):
        assert personal not in kept
    assert all("SHIPPO" not in row["delivery_id"] for row in rows(engine, "shipping_inbox"))


def test_a_substatus_is_kept_as_a_code(receive: Any, engine: Engine) -> None:
    told = track("FAILURE", 0)
    told["data"]["tracking_status"]["substatus"] = {"code": "address_issue", "text": "A sentence."}
    receive(told)
    assert rows(engine, "parcels")[0]["status_detail"] == "address_issue"
