"""The proofs of EasyPost and Shippo: what they cover, and every way of not having them."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from reference_impl.edge.signature import RawDelivery
from reference_impl.errors import InvalidSignatureError
from reference_impl.providers.shipping.proofs import TOLERANCE_MS, EasyPostVerifier, ShippoVerifier

from .deliveries import EASYPOST_SECRET, NOW, SHIPPO_SECRET, SHIPPO_TOKEN, easypost_header, shippo_header

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
BODY = '{"id": "evt_1", "é": 1.0}'.encode()
AT = NOW // 1000
GOOD = easypost_header(BODY)
HEX = GOOD.partition("=")[2]
V1 = shippo_header(BODY, AT).partition("v1=")[2]


def easypost(header: str | None, body: bytes = BODY, secret: str = EASYPOST_SECRET) -> bytes:
    headers = {} if header is None else {"x-hmac-signature": header}
    return EasyPostVerifier(secret).verify(RawDelivery(headers, body)).body


def shippo(header: str | None, body: bytes = BODY, secret: str = SHIPPO_SECRET, now: int = NOW) -> bytes:
    headers = {} if header is None else {"shippo-auth-signature": header}
    return ShippoVerifier(secret, None, lambda: now).verify(RawDelivery(headers, body)).body


def by_token(query: dict[str, str], token: str | None = SHIPPO_TOKEN, secret: str | None = None) -> bytes:
    return ShippoVerifier(secret, token, lambda: NOW).verify(RawDelivery({}, BODY, query)).body


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_the_vector_of_easypost_is_verified_however_the_accent_of_its_secret_is_written(form: str) -> None:
    vector = VECTORS["easypost"]
    body, secret = vector["payload"].encode(), unicodedata.normalize(form, vector["secret"])

    assert easypost(vector["header"], body, secret) == body


@pytest.mark.parametrize("other", ["secret", "sécret ", "Sécret", "sècret", ""])
def test_the_vector_of_easypost_is_not_verified_by_another_secret(other: str) -> None:
    vector = VECTORS["easypost"]
    with pytest.raises(InvalidSignatureError):
        easypost(vector["header"], vector["payload"].encode(), other)


def test_the_vector_of_shippo_is_verified() -> None:
    vector = VECTORS["shippo"]
    body, now = vector["payload"].encode(), vector["timestamp"] * 1000

    assert shippo(vector["header"], body, vector["secret"], now) == body
    with pytest.raises(InvalidSignatureError):
        shippo(vector["header"], body, vector["secret"] + "\n", now)


@pytest.mark.parametrize("name", ["X-Hmac-Signature", "x-hmac-signature", "X-HMAC-SIGNATURE"])
def test_the_name_of_a_header_has_no_case(name: str) -> None:
    raw = RawDelivery({"Content-Type": "application/json", name: GOOD}, BODY)
    assert EasyPostVerifier(EASYPOST_SECRET).verify(raw).body == BODY


@pytest.mark.parametrize("changed", [BODY + b" ", BODY[:-1], b"", json.dumps(json.loads(BODY)).encode()])
def test_other_bytes_are_refused_even_if_they_mean_the_same(changed: bytes) -> None:
    assert easypost(GOOD) == shippo(f"t={AT},v1={V1}") == BODY
    with pytest.raises(InvalidSignatureError):
        easypost(GOOD, changed)
    with pytest.raises(InvalidSignatureError):
        shippo(f"t={AT},v1={V1}", changed)


@pytest.mark.parametrize("late_ms", [-TOLERANCE_MS, 0, TOLERANCE_MS])
def test_five_minutes_are_tolerated_on_both_sides(late_ms: int) -> None:
    assert shippo(f"t={AT},v1={V1}", now=NOW + late_ms) == BODY


@pytest.mark.parametrize("late_ms", [-TOLERANCE_MS - 1, TOLERANCE_MS + 1])
def test_a_capture_of_shippo_cannot_be_replayed_later_nor_a_future_one_be_kept_in_store(late_ms: int) -> None:
    with pytest.raises(InvalidSignatureError):
        shippo(f"t={AT},v1={V1}", now=NOW + late_ms)


@pytest.mark.parametrize("header", [f"v1={V1},t={AT}", f"t={AT}, v1={V1}", f"t={AT},v0=0,v1={V1}"])
def test_the_fields_of_shippo_may_come_in_any_order_and_with_others(header: str) -> None:
    assert shippo(header) == BODY


EASYPOST_MALFORMED = {
    "missing": None,
    "empty": "",
    "the hexadecimal alone": HEX,
    "another algorithm": f"hmac-sha1-hex={HEX}",
    "capitals": f"hmac-sha256-hex={HEX.upper()}",
    "cut short": GOOD[:-1],
    "a space": f"{GOOD} ",
    "twice": f"{GOOD},{GOOD}",
    "not ASCII": f"hmac-sha256-hex=é{HEX[1:]}",
    "a half of a pair": "hmac-sha256-hex=\ud800",
    "a null character": f"{GOOD}\x00",
    "very long": GOOD * 10_000,
    "the signature of Shippo": f"t={AT},v1={V1}",
}

SHIPPO_MALFORMED = {
    "missing": None,
    "empty": "",
    "only commas": ",,,,",
    "no time": f"v1={V1}",
    "no signature": f"t={AT}",
    "an empty signature": f"t={AT},v1=",
    "v0 alone": f"t={AT},v0={V1}",
    "a later time, signed before": f"t={AT + 1},v1={V1}",
    "a second time": f"t={AT},v1={V1},t={AT + 1}",
    "a second signature": f"t={AT},v1={V1},v1={'0' * 64}",
    "a fraction": f"t={AT}.0,v1={V1}",
    "milliseconds": f"t={NOW},v1={V1}",
    "a negative time": f"t=-{AT},v1={V1}",
    "an empty time": f"t=,v1={V1}",
    "a time with underscores": f"t=1_764_583_260,v1={V1}",
    "digits of another script": f"t={str(AT).translate({48 + n: 0x660 + n for n in range(10)})},v1={V1}",
    "a huge time": f"t={'9' * 5000},v1={V1}",
    "a signature that is not ASCII": f"t={AT},v1=é{V1[1:]}",
    "a half of a pair": f"t={AT},v1=\ud800",
    "a null character": f"t={AT},v1={V1}\x00",
    "a signature cut short": f"t={AT},v1={V1[:-1]}",
    "a signature in capitals": f"t={AT},v1={V1.upper()}",
    "ten thousand signatures": f"t={AT}" + f",v1={'0' * 64}" * 10_000,
    "the signature of EasyPost": GOOD,
}


@pytest.mark.parametrize("header", EASYPOST_MALFORMED.values(), ids=EASYPOST_MALFORMED)
def test_a_malformed_header_of_easypost_is_an_invalid_signature(header: str | None) -> None:
    with pytest.raises(InvalidSignatureError):
        easypost(header)


@pytest.mark.parametrize("header", SHIPPO_MALFORMED.values(), ids=SHIPPO_MALFORMED)
def test_a_malformed_header_of_shippo_is_an_invalid_signature(header: str | None) -> None:
    with pytest.raises(InvalidSignatureError):
        shippo(header)


@examples(max_examples=30)
@given(st.text() | st.lists(st.sampled_from(["t=", f"t={AT}", "v1=", "v1=é", ",", "=", "\x00"])).map("".join))
def test_no_text_at_all_raises_anything_else(text: str) -> None:
    for refuse in (easypost, shippo, lambda token: by_token({"token": token})):
        with pytest.raises(InvalidSignatureError):
            refuse(text)


def test_the_token_is_the_whole_token() -> None:
    assert by_token({"token": SHIPPO_TOKEN}) == BODY
    for other in ("", SHIPPO_TOKEN[:-1], SHIPPO_TOKEN + "x", SHIPPO_TOKEN.upper(), "\ud800", "a\x00"):
        with pytest.raises(InvalidSignatureError):
            by_token({"token": other})
    for query in ({}, {"Token": SHIPPO_TOKEN}, {"key": SHIPPO_TOKEN}):
        with pytest.raises(InvalidSignatureError):
            by_token(query)


def test_where_there_is_a_secret_the_token_is_no_proof() -> None:
    with pytest.raises(InvalidSignatureError):
        by_token({"token": SHIPPO_TOKEN}, SHIPPO_TOKEN, SHIPPO_SECRET)


@pytest.mark.parametrize("none", [None, ""])
def test_without_a_secret_nothing_is_authentic(none: str | None) -> None:
    with pytest.raises(InvalidSignatureError):
        easypost(easypost_header(BODY, ""), secret="")
    verifier = ShippoVerifier(none, none, lambda: NOW)
    forged = {"shippo-auth-signature": shippo_header(BODY, AT, "")}
    for raw in (RawDelivery(forged, BODY), RawDelivery({}, BODY, {"token": ""}), RawDelivery({}, BODY)):
        with pytest.raises(InvalidSignatureError):
            verifier.verify(raw)
