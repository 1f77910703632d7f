"""Faults: svix refuses each one, and for the reason that its name gives."""

import binascii
import json
import random
import time
from collections.abc import Callable

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from grader.sender import FAULTS, Delivery, SimulatedClerk, SvixSender, faults, new_secret

_SVIX_HEADERS = ("svix-id", "svix-timestamp", "svix-signature")
_NO_MATCH = "No matching signature found"
_MISSING = "Missing required headers"


def _verify(delivery: Delivery, secret: str) -> None:
    Webhook(secret).verify(delivery.body, delivery.headers)


_REFUSED: list[tuple[Callable[[Delivery], Delivery], str, str]] = [
    (faults.body_changed, _NO_MATCH, "un octet du corps changé"),
    (faults.other_secret, _NO_MATCH, "signée par un autre secret"),
    (faults.signature_cut, _NO_MATCH, "signature tronquée"),
    (faults.signature_random, _NO_MATCH, "signature au hasard"),
    (faults.signature_of_other_id, _NO_MATCH, "signature d'un autre identifiant"),
    (faults.signature_of_other_instant, _NO_MATCH, "signature d'un autre instant"),
    (faults.other_version, _NO_MATCH, "bonne signature sous la version inconnue v2"),
    *((lambda d, n=n: faults.header_removed(d, n), _MISSING, f"en-tête {n} absent") for n in _SVIX_HEADERS),
    *((lambda d, n=n: faults.header_emptied(d, n), _MISSING, f"en-tête {n} vide") for n in _SVIX_HEADERS),
    (
        lambda d: faults.header_replaced(d, "svix-timestamp", "hier matin"),
        "Invalid Signature Headers",
        "en-tête svix-timestamp remplacé par « hier matin »",
    ),
]


@pytest.mark.parametrize(("fault", "reason", "said"), _REFUSED, ids=[case[2] for case in _REFUSED])
def test_svix_refuses_the_fault_and_accepts_what_it_was_made_from(
    fault: Callable[[Delivery], Delivery], reason: str, said: str, delivery: Delivery, secret: str
) -> None:
    """The label says what is wrong and no longer claims a good signature."""
    bad = fault(delivery)

    _verify(delivery, secret)
    with pytest.raises(WebhookVerificationError, match=reason):
        _verify(bad, secret)
    assert bad.label == f"user.created, {said}"


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("garbage", ValueError),
        ("v1,abc", binascii.Error),
        ("v1,a,b", ValueError),
    ],
)
def test_a_malformed_signature_makes_svix_raise_something_else(
    value: str, error: type[Exception], delivery: Delivery, secret: str
) -> None:
    """A receiver that catches only WebhookVerificationError answers 500 to anybody."""
    with pytest.raises(error):
        _verify(faults.header_replaced(delivery, "svix-signature", value), secret)


def test_bytes_that_are_no_utf8_make_svix_raise_something_else(sender: SvixSender, secret: str) -> None:
    """Wrongly signed or not."""
    delivery = faults.signature_random(sender.deliver_bytes(b"\xff\xfe"))
    with pytest.raises(UnicodeDecodeError):
        _verify(delivery, secret)


@pytest.mark.parametrize(
    ("offset_s", "reason"), [(-360, "Message timestamp too old"), (360, "Message timestamp too new")]
)
def test_six_minutes_away_is_refused_and_four_accepted(
    offset_s: int, reason: str, sender: SvixSender, clerk: SimulatedClerk, secret: str
) -> None:
    """In the past and in the future."""
    event = clerk.user_created(clerk.create_user())

    _verify(sender.deliver(event, offset_s=offset_s * 2 // 3), secret)
    with pytest.raises(WebhookVerificationError, match=reason):
        _verify(sender.deliver(event, offset_s=offset_s), secret)


@pytest.mark.parametrize("position", [0, 1, 2, 3])
def test_the_good_signature_is_found_among_decoys(position: int, delivery: Delivery, secret: str) -> None:
    """Wherever it stands, beside wrong ones and unknown versions."""
    among = faults.several_signatures(delivery, position, decoys=3)
    signatures = among.headers["svix-signature"].split(" ")

    _verify(among, secret)
    assert len(signatures) == 4
    assert signatures[position] == delivery.headers["svix-signature"]
    assert {signature.split(",")[0] for signature in signatures} == {"v1", "v2"}
    assert among.label == f"user.created, 4 signatures dont la bonne en position {position + 1}"


def test_decoys_alone_are_refused(delivery: Delivery, secret: str) -> None:
    """The decoys of the previous test are indeed wrong."""
    among = faults.several_signatures(faults.signature_random(delivery), decoys=3)
    with pytest.raises(WebhookVerificationError, match=_NO_MATCH):
        _verify(among, secret)


def test_the_other_secret_may_be_a_given_senders(delivery: Delivery, secret: str, rng: random.Random) -> None:
    """Its own receiver then accepts what this one refuses."""
    other = SvixSender(new_secret(rng), rng, time.time)
    bad = faults.other_secret(delivery, other)

    _verify(bad, other.secret)
    with pytest.raises(WebhookVerificationError, match=_NO_MATCH):
        _verify(bad, secret)


@pytest.mark.parametrize("seed", range(30))
def test_a_changed_body_differs_in_one_byte_and_is_still_json(seed: int) -> None:
    """As long as before, and saying something else: only the signature can tell."""
    rng = random.Random(seed)
    clerk = SimulatedClerk(rng, 1_764_583_200_000)
    sender = SvixSender(new_secret(rng), rng, time.time)
    good = sender.deliver(clerk.user_created(clerk.create_user(metadata=True)))
    bad = faults.body_changed(good)

    assert len(bad.body) == len(good.body)
    assert sum(a != b for a, b in zip(good.body, bad.body, strict=True)) == 1
    assert json.loads(bad.body) != json.loads(good.body)


def test_a_body_without_anything_to_change_is_named(sender: SvixSender) -> None:
    """A fault that could not be made must not pass for one; bytes that are no JSON can be changed."""
    with pytest.raises(ValueError, match="no byte of this body"):
        faults.body_changed(sender.deliver_bytes(b"{}"))
    assert faults.body_changed(sender.deliver_bytes(b"\xffabc")).body != b"\xffabc"


def test_the_id_and_instant_that_are_sent_are_the_deliverys(delivery: Delivery) -> None:
    """Who looks for a trace of a refused delivery looks for what was sent."""
    other_id = faults.signature_of_other_id(delivery)
    other_instant = faults.signature_of_other_instant(delivery)

    assert other_id.svix_id == other_id.headers["svix-id"] != delivery.svix_id
    assert str(other_instant.timestamp) == other_instant.headers["svix-timestamp"]
    assert delivery.timestamp - 300 < other_instant.timestamp < delivery.timestamp


def test_a_fault_leaves_the_good_delivery_as_it_was(delivery: Delivery) -> None:
    """Faults are pure, and the same fault of the same delivery is the same bytes."""
    headers, body, label = dict(delivery.headers), delivery.body, delivery.label
    arguments = {
        "header_emptied": {"name": "svix-id"},
        "header_removed": {"name": "svix-id"},
        "header_replaced": {"name": "svix-id", "value": "x"},
    }
    for name, fault in FAULTS.items():
        once, twice = (fault(delivery, **arguments.get(name, {})) for _ in range(2))
        assert once == twice != delivery

    assert (delivery.headers, delivery.body, delivery.label) == (headers, body, label)


def test_sending_a_fault_again_mends_its_headers(delivery: Delivery, sender: SvixSender, secret: str) -> None:
    """And its label: what is sent then is a good delivery."""
    mended = sender.resend(faults.header_removed(delivery, "svix-signature"))

    _verify(mended, secret)
    assert mended.label == "user.created, signée à l'instant"
