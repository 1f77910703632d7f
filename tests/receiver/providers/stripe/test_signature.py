"""The signature of Stripe: what it covers, and every way of not having it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from reference_impl.edge.signature import RawDelivery
from reference_impl.errors import InvalidSignatureError
from reference_impl.providers.stripe.signature import TOLERANCE_MS, StripeVerifier

from .deliveries import NOW, OLD_SECRET, SECRET, signature

VECTOR = json.loads((Path(__file__).parent / "vector.json").read_text())
BODY = '{"id": "evt_1", "é": 1.0}'.encode()
AT = NOW // 1000
V1 = signature(BODY, AT)


def verified(header: str | None, body: bytes = BODY, *secrets: str, now: int = NOW) -> bytes:
    headers = {} if header is None else {"stripe-signature": header}
    verifier = StripeVerifier(secrets or (SECRET,), lambda: now)
    return verifier.verify(RawDelivery(headers, body)).body


def test_the_vector_of_stripe_is_verified() -> None:
    body = VECTOR["payload"].encode()

    assert verified(VECTOR["header"], body, VECTOR["secret"], now=VECTOR["timestamp"] * 1000) == body


def test_the_key_is_the_whole_secret_and_not_what_it_would_be_in_base64() -> None:
    body = VECTOR["payload"].encode()
    for other in (VECTOR["secret"].removeprefix("whsec_"), VECTOR["secret"] + "\n"):
        with pytest.raises(InvalidSignatureError):
            verified(VECTOR["header"], body, other, now=VECTOR["timestamp"] * 1000)


def test_either_secret_and_either_signature_will_do_during_a_rotation() -> None:
    old = signature(BODY, AT, OLD_SECRET)
    for header in (f"t={AT},v1={V1}", f"t={AT},v1={old},v1={V1}", f"t={AT},v1={V1},v1={old},v0={'0' * 64}"):
        assert verified(header) == BODY
        assert verified(header, BODY, OLD_SECRET, SECRET) == BODY
    assert verified(f"t={AT},v1={old}", BODY, SECRET, OLD_SECRET) == BODY
    with pytest.raises(InvalidSignatureError):
        verified(f"t={AT},v1={old}")


@pytest.mark.parametrize("late_ms", [-TOLERANCE_MS, 0, TOLERANCE_MS])
def test_five_minutes_are_tolerated_on_both_sides(late_ms: int) -> None:
    assert verified(f"t={AT},v1={V1}", now=NOW + late_ms) == BODY


@pytest.mark.parametrize("late_ms", [-TOLERANCE_MS - 1, TOLERANCE_MS + 1])
def test_a_capture_cannot_be_replayed_later_nor_a_future_one_be_kept_in_store(late_ms: int) -> None:
    with pytest.raises(InvalidSignatureError):
        verified(f"t={AT},v1={V1}", now=NOW + late_ms)


@pytest.mark.parametrize("changed", [BODY + b" ", BODY[:-1], b"", json.dumps(json.loads(BODY)).encode()])
def test_other_bytes_are_refused_even_if_they_mean_the_same(changed: bytes) -> None:
    with pytest.raises(InvalidSignatureError):
        verified(f"t={AT},v1={V1}", changed)


MALFORMED = {
    "missing": None,
    "empty": "",
    "no equals sign": "garbage",
    "only commas": ",,,,",
    "no time": f"v1={V1}",
    "no signature": f"t={AT}",
    "an empty signature": f"t={AT},v1=",
    "v0 alone": f"t={AT},v0={V1}",
    "another scheme": f"t={AT},v2={V1}",
    "a later time, signed before": f"t={AT + 1},v1={V1}",
    "two times": f"t={AT},t={AT},v1={V1}",
    "a time that is not a number": f"t=now,v1={V1}",
    "a fraction": f"t={AT}.0,v1={V1}",
    "milliseconds": f"t={NOW},v1={V1}",
    "a negative time": f"t=-{AT},v1={V1}",
    "a signed time": f"t=+{AT},v1={V1}",
    "an empty time": f"t=,v1={V1}",
    "a time with a space": f"t= {AT},v1={V1}",
    "a time with underscores": f"t=1_764_583_260,v1={V1}",
    "digits of another script": f"t={str(AT).translate({48 + n: 0x660 + n for n in range(10)})},v1={V1}",
    "a superscript": f"t=²,v1={V1}",
    "a huge time": f"t={'9' * 5000},v1={V1}",
    "a signature that is not ASCII": f"t={AT},v1=é{V1[1:]}",
    "a half of a pair": f"t={AT},v1=\ud800",
    "a null character": f"t={AT},v1={V1}\x00",
    "a signature cut short": f"t={AT},v1={V1[:-1]}",
    "a signature in capitals": f"t={AT},v1={V1.upper()}",
    "ten thousand signatures": f"t={AT}" + f",v1={'0' * 64}" * 10_000,
    "the header of Svix": f"v1,{V1}",
}


@pytest.mark.parametrize("header", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_header_is_an_invalid_signature(header: str | None) -> None:
    with pytest.raises(InvalidSignatureError):
        verified(header)


@examples(max_examples=30)
@given(st.text() | st.lists(st.sampled_from(["t=", f"t={AT}", "v1=", "v1=é", ",", "=", "\x00"])).map("".join))
def test_no_header_at_all_raises_anything_else(header: str) -> None:
    with pytest.raises(InvalidSignatureError):
        verified(header)


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nothing_is_authentic(secrets: tuple[str, ...]) -> None:
    forged = f"t={AT},v1={signature(BODY, AT, '')}"
    with pytest.raises(InvalidSignatureError):
        StripeVerifier(secrets, lambda: NOW).verify(RawDelivery({"stripe-signature": forged}, BODY))
