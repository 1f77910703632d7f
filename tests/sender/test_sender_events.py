"""Events: snapshots of the right shape, stamped as Clerk stamps them."""

import json
import random

import pytest

from grader.sender import TYPES, Event, SimulatedClerk, dashboard_example, sample_history

NOW_MS = 1_764_583_200_000


def _history(seed: int) -> list[Event]:
    return sample_history(SimulatedClerk(random.Random(seed), NOW_MS))


def test_the_same_seed_tells_the_same_history() -> None:
    """Byte for byte; another seed tells another one."""
    written = [json.dumps([event.envelope() for event in _history(seed)]) for seed in (7, 7, 8)]

    assert written[0] == written[1] != written[2]


def test_no_two_seeds_share_an_identity() -> None:
    """Each instance has its own users."""
    ids = [event.data["id"] for seed in range(10) for event in _history(seed) if event.type == "user.created"]

    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("type_", TYPES)
def test_each_type_makes_an_event_of_that_type(type_: str, clerk: SimulatedClerk) -> None:
    """With an envelope that JSON can write and that names its instance."""
    envelope = json.loads(json.dumps(TYPES[type_](clerk).envelope()))

    assert envelope["type"] == type_
    assert envelope["object"] == "event"
    assert envelope["instance_id"] == clerk.instance_id
    assert envelope["event_attributes"]["http_request"].keys() == {"client_ip", "user_agent"}
    assert envelope["data"]["object"] in {"user", "session", "organization", "organization_membership"}


def test_the_catalogue_holds_the_fourteen_types_in_order() -> None:
    """Three of users, five of sessions, three of organisations, three of memberships."""
    assert len(TYPES) == 14
    assert list(TYPES) == sorted(TYPES)


@pytest.mark.parametrize("seed", range(10))
def test_a_history_holds_every_type_in_causal_order(seed: int) -> None:
    """Stamps never go back, and each object is created before anything else is said of it."""
    history = _history(seed)
    born: set[str] = set()
    for event in history:
        if event.type.endswith(".created") or event.type == "session.pending":
            born.add(event.data["id"])
        assert event.data["id"] in born, event.type

    assert {event.type for event in history} == set(TYPES)
    stamps = [event.timestamp for event in history]
    assert len(history) >= 20
    assert stamps == sorted(set(stamps))
    assert stamps[0] > NOW_MS


def test_changes_are_stamped_in_the_order_in_which_they_are_told(clerk: SimulatedClerk) -> None:
    """An event told before a change has a smaller stamp than the event told after it."""
    user = clerk.create_user()
    events = [clerk.user_created(user)]
    for _ in range(30):
        user.rename()
        events.append(clerk.user_updated(user))
    events.append(clerk.user_deleted(user))

    stamps = [event.timestamp for event in events]
    assert stamps == sorted(set(stamps))
    assert all(4 <= event.timestamp - event.data["updated_at"] <= 22 for event in events[:-1])
    assert events[-1].timestamp > max(event.data["updated_at"] for event in events[:-1])


def test_a_deleted_user_leaves_only_an_id(clerk: SimulatedClerk) -> None:
    """And the external id of those who have one."""
    plain = clerk.create_user(metadata=True)
    known = clerk.create_user(external_id="etu-7")

    assert clerk.user_deleted(plain).data == {"id": plain.id, "object": "user", "deleted": True}
    assert clerk.user_deleted(known).data["external_id"] == "etu-7"


def test_leaving_an_organisation_does_not_move_updated_at(clerk: SimulatedClerk) -> None:
    """Only the envelope tells when: deletions are ordered by `timestamp`."""
    user = clerk.create_user()
    membership = clerk.add_member(clerk.create_organization(created_by=user), user, role="org:admin")
    created = clerk.membership_created(membership)
    clerk.advance(5 * 86_400_000)
    deleted = clerk.membership_deleted(membership)

    assert deleted.data["updated_at"] == created.data["updated_at"]
    assert deleted.timestamp - deleted.data["updated_at"] > 5 * 86_400_000
    assert deleted.data["organization"]["members_count"] == 0
    assert "created_by" not in deleted.data["organization"]
    assert clerk.membership_deleted(membership).data["organization"]["members_count"] == 0


def test_a_session_carries_its_user_and_follows_its_own_clock(clerk: SimulatedClerk) -> None:
    """Signing in is no change of the user; signing out moves the session's `updated_at`."""
    user = clerk.create_user()
    session = clerk.open_session(user, pending=True)
    pending, created, ended = (
        clerk.session_pending(session), clerk.session_created(session), clerk.session_ended(session),
    )  # fmt: skip

    assert [e.data["status"] for e in (pending, created, ended)] == ["pending", "active", "ended"]
    assert pending.data["updated_at"] < created.data["updated_at"] < ended.data["updated_at"]
    assert created.data["user"]["id"] == created.data["user_id"] == user.id
    assert created.data["user"]["updated_at"] == user.updated_at < pending.data["created_at"]
    assert created.data["user"]["last_sign_in_at"] == pending.data["created_at"]


def test_an_event_is_a_snapshot(clerk: SimulatedClerk) -> None:
    """What happens later to the user, or to what the event gave out, does not reach it."""
    user = clerk.create_user(metadata=True)
    event = clerk.user_created(user)
    before = json.dumps(event.envelope())
    user.rename()
    event.envelope()["data"]["email_addresses"].clear()
    event.envelope()["event_attributes"]["http_request"].clear()
    event.with_data(first_name="Noël").data["private_metadata"].clear()

    assert json.dumps(event.envelope()) == before


def test_an_event_does_not_keep_what_it_was_made_from() -> None:
    """The caller's own dictionaries stay theirs."""
    data = {"id": "user_1", "tags": ["a"]}
    event = Event("user.created", data, NOW_MS)
    data["tags"].append("b")  # type: ignore[attr-defined]

    assert event.data["tags"] == ["a"]


def test_an_event_can_be_given_other_shapes(clerk: SimulatedClerk) -> None:
    """Seconds, no instance, no attributes, further fields, missing fields."""
    event = clerk.user_created(clerk.create_user())
    odd = event.replace(
        timestamp=1_764_583_200, instance_id=None, attributes=None, extra={"api_version": "x"}
    )
    envelope = odd.with_data(first_name=None).without_data("locale", "passkeys").envelope()

    assert envelope.keys() == {"data", "object", "type", "timestamp", "api_version"}
    assert envelope["timestamp"] == 1_764_583_200
    assert envelope["data"]["first_name"] is None
    assert not envelope["data"].keys() & {"locale", "passkeys"}
    assert event.data.keys() >= {"locale", "passkeys"}


def test_the_dashboards_example_has_its_two_oddities(clerk: SimulatedClerk) -> None:
    """Seconds for an instant, and a designated address that is not there."""
    envelope = dashboard_example(clerk).envelope()

    assert envelope["timestamp"] < 10**11
    assert envelope["data"]["email_addresses"] == []
    assert envelope["data"]["primary_email_address_id"].startswith("idn_")
