"""Deliveries: signatures that svix accepts, over exactly the bytes that are sent."""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from svix.webhooks import Webhook

from grader.sender import BodyStyle, Delivery, SimulatedClerk, SvixSender, new_secret, sample_history

# Public test vectors: (secret, id, seconds, body, signature).
_OFFICIAL_VECTORS = [
    (  # svix/svix-webhooks, python/tests/test_webhooks.py::test_sign_function
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        '{"test": 2432232314}',
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (  # docs.svix.com/receiving/verifying-payloads/how-manual
        "whsec_plJ3nmyCDGBKInavdOK15jsl",
        "msg_loFOjxBNrRLzqYUf",
        1731705121,
        '{"event_type":"ping","data":{"success":true}}',
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    ),
    (  # svix/svix-webhooks, rust/src/webhooks.rs::test_sign
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        1649367553,
        '{"email":"test@example.com","username":"test_user"}',
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
]
_NOT_UTF8 = b'{"first_name": "Zo\xe9"}'


@pytest.fixture
def toronto() -> Iterator[None]:
    """The machine stands in Toronto for the time of a test."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/Toronto"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def _accepts(delivery: Delivery, secret: str) -> bool:
    """Ask svix; it raises when it refuses."""
    Webhook(secret).verify(delivery.body, delivery.headers)
    return True


@pytest.mark.parametrize(("secret", "svix_id", "at_s", "body", "signature"), _OFFICIAL_VECTORS)
def test_official_vectors_are_signed_as_published(
    secret: str, svix_id: str, at_s: int, body: str, signature: str, rng: random.Random
) -> None:
    """Through a whole delivery at the vector's second."""
    sender = SvixSender(secret, rng, clock=lambda: at_s + 0.999)
    delivery = sender.deliver_bytes(body.encode(), svix_id=svix_id)

    assert delivery.headers["svix-signature"] == signature
    assert delivery.timestamp == at_s


@pytest.mark.parametrize(("secret", "svix_id", "at_s", "body", "signature"), _OFFICIAL_VECTORS)
def test_the_time_zone_of_the_machine_changes_nothing(
    secret: str, svix_id: str, at_s: int, body: str, signature: str, toronto: None, rng: random.Random
) -> None:
    """A naive local datetime would sign an instant five hours away."""
    assert time.timezone == 5 * 3600
    sender = SvixSender(secret, rng, clock=lambda: float(at_s))

    assert sender.deliver_bytes(body.encode(), svix_id=svix_id).headers["svix-signature"] == signature


def test_svix_accepts_in_toronto(toronto: None, delivery: Delivery, secret: str) -> None:
    """Signed there and verified there, at the true instant."""
    assert _accepts(delivery, secret)


@pytest.mark.parametrize("seed", range(5))
def test_svix_accepts_every_delivery_of_a_history(seed: int) -> None:
    """Whatever the style of the body, and the body says what the event said."""
    rng = random.Random(seed)
    sender = SvixSender(secret := new_secret(rng), rng, time.time)
    for event in sample_history(SimulatedClerk(rng, 1_764_583_200_000)):
        delivery = sender.deliver(event)
        assert _accepts(delivery, secret)
        assert json.loads(delivery.body) == event.envelope()
        assert delivery.type == event.type


def test_a_delivery_carries_the_headers_that_svix_sends(delivery: Delivery) -> None:
    """Lower-case names, an id of 27 base62 characters, seconds, one v1 signature, JSON."""
    assert delivery.headers.keys() == {
        "svix-id", "svix-timestamp", "svix-signature", "content-type", "user-agent",
    }  # fmt: skip
    assert re.fullmatch(r"msg_[0-9A-Za-z]{27}", delivery.headers["svix-id"])
    assert delivery.headers["svix-id"] == delivery.svix_id
    assert delivery.headers["svix-timestamp"] == str(delivery.timestamp)
    assert re.fullmatch(r"v1,[0-9A-Za-z+/]{43}=", delivery.headers["svix-signature"])
    assert delivery.headers["content-type"] == "application/json"
    assert delivery.headers["user-agent"].startswith("Svix-Webhooks/")
    assert delivery.label == "user.created, signée à l'instant"


def test_the_same_seed_and_clock_make_the_same_deliveries() -> None:
    """Ids, bodies and signatures; another seed makes others."""

    def make(seed: int) -> list[Delivery]:
        rng = random.Random(seed)
        events = sample_history(SimulatedClerk(rng, 1_764_583_200_000))
        sender = SvixSender(new_secret(rng), rng, clock=lambda: 1_764_700_000.0)
        return [sender.deliver(event) for event in events]

    assert make(1) == make(1)
    assert not {d.svix_id for d in make(1)} & {d.svix_id for d in make(2)}


def test_each_delivery_of_an_event_has_its_own_id(sender: SvixSender, clerk: SimulatedClerk) -> None:
    """The id is the message's, not the event's; a given id is kept."""
    event = clerk.user_created(clerk.create_user())

    assert sender.deliver(event).svix_id != sender.deliver(event).svix_id
    assert sender.deliver(event, svix_id="msg_known").headers["svix-id"] == "msg_known"


def test_the_offset_shifts_the_signed_instant(clerk: SimulatedClerk, rng: random.Random) -> None:
    """Past and future, and the label says so."""
    sender = SvixSender(new_secret(rng), rng, clock=lambda: 1_764_583_200.5)
    event = clerk.user_created(clerk.create_user())
    old, ahead = sender.deliver(event, offset_s=-360), sender.deliver(event, offset_s=240)

    assert (old.timestamp, ahead.timestamp) == (1_764_582_840, 1_764_583_440)
    assert old.headers["svix-timestamp"] == "1764582840"
    assert old.label == "user.created, horodatée 360 s dans le passé"
    assert ahead.label == "user.created, horodatée 240 s dans le futur"


def test_sending_again_keeps_id_body_and_offset_and_signs_afresh(
    clerk: SimulatedClerk, rng: random.Random
) -> None:
    """Svix signs at each attempt: a retry hours later is still within the tolerance."""
    now = iter((1_764_583_200.0, 1_764_590_400.0))
    sender = SvixSender(new_secret(rng), rng, clock=lambda: next(now))
    first = sender.deliver(clerk.user_created(clerk.create_user()), offset_s=-240)
    again = sender.resend(first)

    assert (again.svix_id, again.body, again.offset_s) == (first.svix_id, first.body, first.offset_s)
    assert again.timestamp == first.timestamp + 7200
    assert again.headers["svix-signature"] != first.headers["svix-signature"]


def test_two_endpoints_sign_the_same_message_by_their_own_secrets(
    delivery: Delivery, secret: str, rng: random.Random
) -> None:
    """As during a rotation at Clerk: one id, one body, two signatures."""
    other = SvixSender(new_secret(rng), rng, time.time)
    twin = other.resend(delivery)

    assert (twin.svix_id, twin.body) == (delivery.svix_id, delivery.body)
    assert _accepts(twin, other.secret)
    assert _accepts(delivery, secret)


def test_bytes_that_are_no_utf8_are_signed_as_bytes(sender: SvixSender, secret: str) -> None:
    """By the rule itself, which knows nothing of encodings: svix can only sign text."""
    delivery = sender.deliver_bytes(_NOT_UTF8, label="livraison d'octets quelconques")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{delivery.svix_id}.{delivery.timestamp}.".encode() + _NOT_UTF8
    expected = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()

    assert delivery.headers["svix-signature"] == f"v1,{expected}"
    assert delivery.type is None
    assert sender.deliver_bytes(b"{}").label == "livraison d'un corps de 2 octets, signée à l'instant"
    assert delivery.label == "livraison d'octets quelconques, signée à l'instant"


@pytest.mark.parametrize("n_bytes", [24, 32, 64])
def test_a_secret_has_the_length_that_was_asked(n_bytes: int, rng: random.Random) -> None:
    """And svix signs and verifies with it."""
    secret = new_secret(rng, n_bytes)
    delivery = SvixSender(secret, rng, time.time).deliver_bytes(b"{}")

    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == n_bytes
    assert _accepts(delivery, secret)


@pytest.mark.parametrize("secret", ["", "changeme", "whsec_@@@", " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_a_sender_refuses_what_is_no_secret(secret: str, rng: random.Random) -> None:
    """svix would take some of these and sign with another key."""
    with pytest.raises(ValueError):
        SvixSender(secret, rng, time.time)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=12,
)


@given(document=_json, seed=st.integers(0, 10_000))
def test_every_style_says_the_same_thing(document: object, seed: int) -> None:
    """Spacing, order and escapes change the bytes, never the data."""
    assert json.loads(BodyStyle.draw(random.Random(seed)).write(document)) == document


def test_styles_differ_in_spacing_order_and_escapes(clerk: SimulatedClerk) -> None:
    """Among a hundred bodies of one event all these kinds are met, mostly unescaped."""
    event = clerk.user_created(clerk.create_user(first_name="Zoé", metadata=True))
    rng = random.Random(9)
    bodies = [BodyStyle.draw(rng).write(event.envelope()) for _ in range(100)]

    assert len(set(bodies)) > 50
    assert 50 < sum("Zoé".encode() in body for body in bodies) < 100
    assert any("\u2028".encode() in body for body in bodies)
    assert {b"\n" in body for body in bodies} == {True, False}
    assert {body.index(b'"object"') < body.index(b'"timestamp"') for body in bodies} == {True, False}
