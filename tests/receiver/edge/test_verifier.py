"""From raw bytes to a verified delivery, and in no other way."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from svix.webhooks import Webhook

from reference_impl.edge.signature import LONGEST_SVIX_ID, RawDelivery, Verifier
from reference_impl.errors import InvalidSignatureError
from tests.receiver.signing import SECRET, signed

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
OLD, NEW, OTHER = SECRET, "whsec_" + "b" * 32, "whsec_" + "c" * 32
BODY = '{"type": "user.created", "é": 1.0}'.encode()


def headers(**changes: str | None) -> dict[str, str]:
    values = {**signed(BODY, svix_id="msg_1"), **{f"svix-{name}": value for name, value in changes.items()}}
    return {name: value for name, value in values.items() if value is not None}


def aliased(values: dict[str, str]) -> dict[str, str]:
    return {name.replace("svix-", "webhook-"): value for name, value in values.items()}


@pytest.mark.parametrize("vector", VECTORS["svix_v1_official"], ids=lambda vector: vector["id"])
def test_the_official_vectors_have_their_official_signatures(vector: dict[str, Any]) -> None:
    made = Webhook(vector["secret"]).sign(
        vector["id"], datetime.fromtimestamp(vector["timestamp"], UTC), vector["payload"]
    )
    assert made == vector["signature"]
    old = {
        "svix-id": vector["id"],
        "svix-timestamp": str(vector["timestamp"]),
        "svix-signature": made,
    }
    with pytest.raises(InvalidSignatureError):
        Verifier([vector["secret"]]).verify(RawDelivery(old, vector["payload"].encode()))
    fresh = signed(vector["payload"].encode(), svix_id=vector["id"], secret=vector["secret"])
    delivery = Verifier([vector["secret"]]).verify(RawDelivery(fresh, vector["payload"].encode()))
    assert (delivery.svix_id, delivery.body) == (vector["id"], vector["payload"].encode())


def test_an_asymmetric_signature_is_no_substitute() -> None:
    vector = VECTORS["svix_v1a_official_ed25519"]
    with pytest.raises(InvalidSignatureError):
        Verifier([SECRET]).verify(RawDelivery(headers(signature=vector["signature"]), BODY))


def test_the_index_says_which_secret_was_used() -> None:
    verifier = Verifier([OLD, NEW])
    for index, secret in enumerate([OLD, NEW]):
        raw = RawDelivery(signed(BODY, svix_id="msg_1", secret=secret), BODY)
        assert verifier.verify(raw).secret_index == index
    with pytest.raises(InvalidSignatureError):
        verifier.verify(RawDelivery(signed(BODY, svix_id="msg_1", secret=OTHER), BODY))


def test_several_signatures_are_accepted_in_any_order() -> None:
    good = headers()["svix-signature"]
    decoy = signed(b"other", svix_id="msg_1")["svix-signature"]
    for signatures in (f"{decoy} {good}", f"{good} {decoy}", f"v2,AAAA {good}", f"v1a,AAAA {good} {decoy}"):
        assert Verifier([SECRET]).verify(RawDelivery(headers(signature=signatures), BODY)).body == BODY


@pytest.mark.parametrize("seconds", [-290, 0, 290])
def test_five_minutes_either_way_are_allowed(seconds: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    assert (
        Verifier([SECRET]).verify(RawDelivery(signed(BODY, svix_id="msg_1", at=at), BODY)).svix_id == "msg_1"
    )


@pytest.mark.parametrize("seconds", [-310, 310, -(10**9)])
def test_an_older_or_later_delivery_is_refused(seconds: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    with pytest.raises(InvalidSignatureError):
        Verifier([SECRET]).verify(RawDelivery(signed(BODY, svix_id="msg_1", at=at), BODY))


def test_the_names_of_standard_webhooks_are_accepted() -> None:
    delivery = Verifier([SECRET]).verify(RawDelivery(aliased(headers()), BODY))
    assert delivery.svix_id == "msg_1"


def test_the_two_families_of_names_are_never_mixed() -> None:
    """Otherwise the one id would be verified and the other recorded: a duplicate would pass for a new delivery."""
    good = aliased(headers())
    for stranger in ({"svix-id": "msg_2"}, {"svix-id": ""}, {"svix-id": "msg_2", "svix-timestamp": ""}):
        with pytest.raises(InvalidSignatureError):
            Verifier([SECRET]).verify(RawDelivery({**good, **stranger}, BODY))
    both = {**headers(), "webhook-id": "msg_2", "webhook-signature": "v1,AAAA"}
    assert Verifier([SECRET]).verify(RawDelivery(both, BODY)).svix_id == "msg_1"


def test_an_id_is_bounded_however_well_it_is_signed() -> None:
    for length, accepted in ((LONGEST_SVIX_ID, True), (LONGEST_SVIX_ID + 1, False), (60_000, False)):
        raw = RawDelivery(signed(BODY, svix_id="m" * length), BODY)
        if accepted:
            assert len(Verifier([SECRET]).verify(raw).svix_id) == length
        else:
            with pytest.raises(InvalidSignatureError):
                Verifier([SECRET]).verify(raw)


MALFORMED: list[dict[str, str | None]] = [
    {"id": None},
    {"id": ""},
    {"timestamp": None},
    {"timestamp": ""},
    {"timestamp": "yesterday"},
    {"timestamp": "nan"},
    {"timestamp": "inf"},
    {"timestamp": "-inf"},
    {"timestamp": "1e400"},
    {"timestamp": "9" * 400},
    {"timestamp": "0x10"},
    {"signature": None},
    {"signature": ""},
    {"signature": " "},
    {"signature": "v1"},
    {"signature": "v1,"},
    {"signature": "v1,%%%"},
    {"signature": "v1,A"},
    {"signature": "v1,é"},
    {"signature": "v1,\ud800"},
    {"signature": ",,,,"},
    {"signature": "v1,AAAA,BBBB"},
    {"id": None, "timestamp": None, "signature": None},
]


@pytest.mark.parametrize("changes", MALFORMED, ids=repr)
def test_a_malformed_header_is_an_invalid_signature_and_no_other_error(
    changes: dict[str, str | None],
) -> None:
    for values in (headers(**changes), aliased(headers(**changes))):
        with pytest.raises(InvalidSignatureError):
            Verifier([SECRET, NEW]).verify(RawDelivery(values, BODY))


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"", BODY + b" ", BODY[:-1], '{"é": "\udcff"}'.encode("utf-8", "surrogateescape")]
)
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidSignatureError):
        Verifier([SECRET]).verify(RawDelivery(headers(), body))


@given(
    st.dictionaries(
        st.sampled_from(
            [
                f"{family}-{name}"
                for family in ("svix", "webhook")
                for name in ("id", "timestamp", "signature")
            ]
        ),
        st.text(st.characters(max_codepoint=255)) | st.just(str(int(datetime.now(UTC).timestamp()))),
    ),
    st.binary(),
)
def test_a_stranger_gets_nothing_but_a_refusal(values: dict[str, str], body: bytes) -> None:
    with pytest.raises(InvalidSignatureError):
        Verifier([SECRET]).verify(RawDelivery(values, body))
