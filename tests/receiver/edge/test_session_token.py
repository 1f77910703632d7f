"""A session token is verified, or it is refused; there is no third answer."""

import time
from typing import Any

import jwt
import pytest

from reference_impl.edge.session_token import PemKey, verify_session_token
from reference_impl.errors import InvalidTokenError

from .keys import PARTY, claims, private_key, public_pem, token, unsigned, with_public_key_as_secret

KEYS = PemKey(public_pem())


def verify(authorization: str | None) -> Any:
    return verify_session_token(authorization, KEYS, (PARTY, "http://localhost:3000"))


@pytest.mark.parametrize("pem", [public_pem(), public_pem().replace("\n", "\\n")], ids=["lines", "one line"])
def test_a_good_token_is_read(pem: str) -> None:
    values = claims("user_A", iat=1_764_583_200)
    found = verify_session_token(f"Bearer {token(values)}", PemKey(pem), (PARTY,))
    assert (found.clerk_id, found.issued_at, found.email) == ("user_A", 1_764_583_200, "ada@example.test")
    assert found.version == 1_764_583_200_000


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_the_scheme_has_no_case(scheme: str) -> None:
    assert verify(f"{scheme} {token()}").clerk_id == "user_A"


@pytest.mark.parametrize("azp", [PARTY, "http://localhost:3000"])
def test_each_authorized_party_is_accepted(azp: str) -> None:
    assert verify(f"Bearer {token(claims(azp=azp))}").clerk_id == "user_A"


NOW = int(time.time())
BAD_CLAIMS: list[dict[str, Any]] = [
    {"exp": NOW - 60},
    {"exp": ...},
    {"exp": None},
    {"exp": "soon"},
    {"exp": []},
    {"nbf": NOW + 600},
    {"nbf": {}},
    {"iat": NOW + 600},
    {"iat": ...},
    {"iat": None},
    {"iat": "yesterday"},
    {"iat": str(NOW)},
    {"iat": []},
    {"iat": {}},
    {"iat": -1},
    {"iat": -(10**400)},
    {"iat": 10**400},
    {"iat": float("inf")},
    {"iat": float("-inf")},
    {"iat": float("nan")},
    {"sub": ...},
    {"sub": None},
    {"sub": ""},
    {"sub": 5},
    {"sub": ["user_A"]},
    {"sub": {"id": "user_A"}},
    {"sub": "user_" + "x" * 251},
    {"azp": ...},
    {"azp": None},
    {"azp": ""},
    {"azp": "https://evil.example.test"},
    {"azp": PARTY + "/"},
    {"azp": [PARTY]},
    {"azp": {PARTY: 1}},
    {"sts": "pending"},
]


@pytest.mark.parametrize(
    "changes", BAD_CLAIMS, ids=[f"{rank} {next(iter(bad))}" for rank, bad in enumerate(BAD_CLAIMS)]
)
def test_bad_claims_are_refused_however_well_they_are_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        verify(f"Bearer {token(claims(**changes))}")


@pytest.mark.parametrize("iat", [NOW - 0.5, 0, 1.5, True], ids=["half a second ago", "0", "1.5", "True"])
def test_an_instant_of_issue_may_be_any_number_of_the_past(iat: float) -> None:
    assert verify(f"Bearer {token(claims(iat=iat))}").issued_at == int(iat)


@pytest.mark.parametrize("sts", ["active", None, 5, ...])
def test_an_open_session_is_accepted(sts: Any) -> None:
    assert verify(f"Bearer {token(claims(sts=sts))}").clerk_id == "user_A"


def test_leeway_covers_the_drift_of_clocks() -> None:
    assert verify(f"Bearer {token(claims(exp=int(time.time()) - 2, nbf=int(time.time()) + 2))}")


def forged() -> dict[str, str]:
    good = token()
    head, body, signature = good.split(".")
    other = token(claims("user_B")).split(".")[1]
    return {
        "another key": token(key="second"),
        "no signature": unsigned(claims()),
        "none in capitals": unsigned(claims(), alg="NoNe"),
        "no algorithm": unsigned(claims(), alg=None),
        "the public key as a secret": with_public_key_as_secret(claims()),
        "another algorithm": jwt.encode(claims(), private_key(), "RS512"),
        "an algorithm of no type": token(alg=["RS256"]),
        "critical extension": token(crit=["x"], x=1),
        "claims changed": f"{head}.{other}.{signature}",
        "signature cut": good[:-2],
        "signature gone": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{signature}",
        "spaces": f" {good}",
        "a word after": f"{good} x",
        "words": "garbage",
        "not latin": "é" * 20,
        "empty": "",
        "dots": "..",
        "nul": "\x00.\x00.\x00",
        "header that is a list": f"W10.{body}.{signature}",
        "header that is no JSON": f"{head[:-3]}.{body}.{signature}",
        "no object": jwt.api_jws.encode(b"[1]", private_key(), "RS256"),
        "no JSON": jwt.api_jws.encode(b"\xff", private_key(), "RS256"),
        "deep": jwt.api_jws.encode(b"[" * 100_000, private_key(), "RS256"),
    }


@pytest.mark.parametrize("name", forged())
def test_a_forged_token_is_refused(name: str) -> None:
    with pytest.raises(InvalidTokenError):
        verify(f"Bearer {forged()[name]}")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", f"Basic {token()}", token()])
def test_without_a_bearer_token_there_is_nothing_to_verify(authorization: str | None) -> None:
    with pytest.raises(InvalidTokenError):
        verify(authorization)


def test_claims_of_the_wrong_type_are_no_text() -> None:
    strange = claims(email=["a"], first_name=5, last_name="\ud800\x00")
    found = verify(f"Bearer {token(strange)}")
    assert (found.email, found.first_name, found.last_name) == (None, None, "\ufffd\ufffd")


def test_a_token_without_the_custom_claims_has_no_version() -> None:
    """An ordinary Clerk token says nothing of the person: it must not blank what webhooks have said."""
    for missing in ("email", "first_name", "last_name"):
        assert verify(f"Bearer {token(claims(**{missing: ...}))}").version == 0
    assert verify(f"Bearer {token(claims(email=None, first_name=None, last_name=None))}").version > 0
