"""Users who change, and what is personal in them."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from grader.sender import SimulatedClerk, User, spellings

_ID = re.compile(r"(user|idn)_[0-9A-Za-z]{27}")
# Texts of a User object that are the same for everybody.
_IMPERSONAL = {
    "user", "email_address", "phone_number", "verification_otp", "verified", "unverified", "email_code",
    "phone_code", "https://www.gravatar.com/avatar?d=mp", "fr-CA", "fr-FR", "en-CA", "ja-JP",
}  # fmt: skip


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for child in value:
            yield from _texts(child)
    elif isinstance(value, str):
        yield value


def _whole_user(clerk: SimulatedClerk) -> User:
    return clerk.create_user(emails=2, phones=2, username=True, external_id=True, metadata=True)


def test_a_new_user_is_updated_18_to_22_ms_after_being_created(clerk: SimulatedClerk) -> None:
    """As measured on received payloads: equality of the two instants never meant a creation."""
    data = clerk.create_user().data()

    assert 18 <= data["updated_at"] - data["created_at"] <= 22


def test_every_change_moves_updated_at_forward(clerk: SimulatedClerk) -> None:
    """No two versions of a user share an instant, even when no time is said to pass."""
    user = clerk.create_user()
    versions = [user.updated_at]
    changes = (user.rename, user.add_email, user.add_phone, lambda: user.set_primary(None), user.rename)
    for change in changes:
        change()
        versions.append(user.updated_at)

    assert versions == sorted(set(versions))
    assert versions[-1] - versions[0] < 1000
    assert user.updated_at == clerk.now_ms


def test_the_clock_moves_only_when_asked(clerk: SimulatedClerk) -> None:
    """Reading moves nothing, `advance` moves exactly, and never backwards."""
    user = clerk.create_user()
    before = clerk.now_ms
    user.data(), user.personal_data(), user.primary_email
    assert clerk.now_ms == before

    clerk.advance(86_400_000)
    assert clerk.now_ms == before + 86_400_000
    with pytest.raises(ValueError, match="forward"):
        clerk.advance(-1)


def test_the_primary_address_is_the_designated_one_wherever_it_stands(clerk: SimulatedClerk) -> None:
    """First, last, in the middle or nowhere."""
    user = clerk.create_user(emails=3)
    for address in user.emails:
        user.set_primary(address)
        assert user.primary_email == address

    added = user.add_email(primary=True)
    assert user.primary_email == added == user.emails[-1]
    user.set_primary(None)
    assert user.primary_email is None
    assert user.data()["primary_email_address_id"] is None


def test_a_designated_address_that_is_not_there_is_none(clerk: SimulatedClerk) -> None:
    """So it stands in Clerk's own example of user.created."""
    user = clerk.create_user()
    user.change(email_addresses=[])

    assert user.primary_email is None
    assert user.data()["primary_email_address_id"] is not None


def test_an_unknown_address_or_field_is_refused(clerk: SimulatedClerk) -> None:
    """A typing error in a suite would otherwise pass for a change."""
    user = clerk.create_user()
    with pytest.raises(ValueError, match="add it first"):
        user.set_primary("nobody@example.com")
    with pytest.raises(KeyError, match="email"):
        user.change(email="nobody@example.com")
    with pytest.raises(KeyError, match="surname"):
        clerk.create_user(surname="Roy")


def test_what_is_given_is_what_the_user_has(clerk: SimulatedClerk) -> None:
    """Texts and fields given at creation win over what would be drawn."""
    user = clerk.create_user(
        emails=0, phones=1, username="zoe", external_id="etu-1", metadata=True, first_name="Zoé",
        last_name=None, unsafe_metadata={"a": [1]},
    )  # fmt: skip
    data = user.data()

    assert (user.first_name, user.last_name, user.external_id) == ("Zoé", None, "etu-1")
    assert (data["username"], data["unsafe_metadata"], data["email_addresses"]) == ("zoe", {"a": [1]}, [])
    assert data["primary_email_address_id"] is None
    assert data["primary_phone_number_id"] == data["phone_numbers"][0]["id"]


def test_what_was_taken_from_a_user_does_not_follow_their_changes(clerk: SimulatedClerk) -> None:
    """Nor does changing it change the user."""
    user = _whole_user(clerk)
    taken = user.data()
    before = json.dumps(taken)
    user.add_email()
    user.rename(first_name="Noël")
    assert json.dumps(taken) == before

    taken["email_addresses"].clear()
    taken["private_metadata"]["dossier"]["numéro"] = "changed"
    assert len(user.emails) == 3
    assert user.data()["private_metadata"]["dossier"]["numéro"] != "changed"


@pytest.mark.parametrize("seed", range(20))
def test_every_text_of_a_user_is_personal_or_everybodys(seed: int) -> None:
    """What `personal_data` leaves out is a constant or the id of an address, and nothing else."""
    user = _whole_user(SimulatedClerk(random.Random(seed), 1_764_583_200_000))
    personal = set(user.personal_data().values())
    rest = set(_texts(user.data())) - personal - _IMPERSONAL

    assert user.id in personal
    assert all(_ID.fullmatch(text) for text in rest), rest


def test_what_a_user_has_given_up_is_still_personal(clerk: SimulatedClerk) -> None:
    """An old name may lie in an old body: erasure concerns it too."""
    user = clerk.create_user(first_name="Zoé")
    old_address = user.primary_email
    user.rename(first_name="Noël")
    user.change(email_addresses=[], primary_email_address_id=None)
    personal = user.personal_data()

    assert (personal["prénom"], personal["prénom (2)"]) == ("Zoé", "Noël")
    assert old_address in personal.values()


def test_the_devices_of_a_users_sessions_are_personal(clerk: SimulatedClerk) -> None:
    """Address and user agent, in the session and in the envelope."""
    user = clerk.create_user()
    for _ in range(6):
        event = clerk.session_created(clerk.open_session(user))
        personal = set(user.personal_data().values())
        assert event.attributes is not None
        assert set(event.attributes["http_request"].values()) <= personal
        assert event.data["latest_activity"]["ip_address"] in personal


def test_a_datum_is_found_however_json_spells_it(clerk: SimulatedClerk) -> None:
    """Escaped or not, one of the spellings stands in the text."""
    user = _whole_user(clerk)
    for escaped in (True, False):
        stored = json.dumps(user.data(), ensure_ascii=escaped)
        for label, value in user.personal_data().items():
            if label not in {"adresse IP", "agent utilisateur"}:
                assert any(spelling in stored for spelling in spellings(value)), label
