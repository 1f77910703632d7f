"""The API against its own description: unsigned and signed, no answer that the description does not foresee."""

import hashlib
import hmac
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from schemathesis import checks

from tests.receiver.signing import SECRET, signed

from .keys import PARTY, bearer, claims, public_pem, token
from .served import ADMIN_TOKEN, WEBHOOK, create_app, served, settings

EXAMPLES = 60

PROVIDERS = tuple(f"/api/webhooks/{name}" for name in ("stripe", "email", "shipping"))
STRIPE = "whsec_a-secret-of-the-tests"
CARRIER = "a-carrier-s-secret-of-the-tests"


class Stranger(requests.auth.AuthBase):
    """Somebody without any secret."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Send the request as it is."""
        return request


class Trusted(requests.auth.AuthBase):
    """Svix, a person logged in and the administrator, each where it belongs."""

    def __init__(self) -> None:
        self._number = 0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a delivery, or present the token of the route."""
        self._number += 1
        path = str(request.path_url)
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        if path.startswith("/api/webhooks/") and is_utf8(body):
            request.headers.update(self._signed(path, body))
        elif path.startswith(("/api/session", "/api/onboarding")):
            request.headers.update(bearer(token(claims(f"user_{self._number}"))))
        else:
            request.headers.update(bearer(ADMIN_TOKEN))
        return request

    def _signed(self, path: str, body: bytes) -> dict[str, str]:
        """Sign as the sender of that route does."""
        if path.startswith("/api/webhooks/stripe"):
            at = int(time.time())
            return {"stripe-signature": f"t={at},v1={hmac256(STRIPE, f'{at}.'.encode() + body)}"}
        if path.startswith("/api/webhooks/shipping"):
            return {"x-hmac-signature": f"hmac-sha256-hex={hmac256(CARRIER, body)}"}
        return signed(body, svix_id=f"msg_{self._number}")


def hmac256(secret: str, signed_bytes: bytes) -> str:
    """What Stripe and EasyPost compute, in hexadecimal."""
    return hmac.new(secret.encode(), signed_bytes, hashlib.sha256).hexdigest()


def is_utf8(body: bytes) -> bool:
    """Tell whether a body can be signed."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.fixture
def schema(database_url: str) -> Iterator[Any]:
    """The description that a real server gives of itself, with everything on."""
    chosen = settings(
        database_url,
        clerk_jwt_key=public_pem(),
        clerk_authorized_parties=(PARTY,),
        **dict.fromkeys(("alerts", "analytics", "onboarding"), True),
        stripe_webhook_secret=STRIPE,
        resend_webhook_secret=SECRET,
        easypost_webhook_secret=CARRIER,
        slack_channel="C0123",
        mailchimp_list_id="a1",
        subscribers=[{"name": "crm", "url": "https://crm.example.test/"}],
    )
    with served(create_app(chosen)) as port:
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")


# A stranger's request is right in its form and refused all the same; and any signed bytes are a delivery.
NOT_OURS = {
    Stranger: [
        checks.positive_data_acceptance,
        checks.negative_data_rejection,
        checks.missing_required_header,
    ],
    Trusted: [checks.negative_data_rejection, checks.missing_required_header, checks.ignored_auth],
}


@pytest.mark.parametrize("who", [Stranger, Trusted])
def test_every_answer_is_one_that_the_description_foresees(schema: Any, who: type[Any]) -> None:
    seen: dict[str, set[int]] = {}
    auth = who()

    def probe(operation: Any) -> None:
        @examples(
            max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            answer = case.call(auth=auth)
            case.validate_response(answer, excluded_checks=NOT_OURS[who])
            assert answer.status_code < 500
            seen.setdefault(operation.label, set()).add(answer.status_code)

        check()

    for found in schema.get_all_operations():
        probe(found.ok())
    assert set(seen) == {
        f"POST {WEBHOOK}",
        "POST /api/session/sync",
        "GET /health",
        "GET /ready",
        "GET /metrics",
        "GET /api/users/{clerk_id}/export",
        "GET /api/alerts",
        "GET /api/analytics",
        "GET /api/onboarding",
        *(f"POST {path}" for path in PROVIDERS),
    }
    for path in (WEBHOOK, *PROVIDERS):
        assert seen[f"POST {path}"] == ({400} if who is Stranger else {204})
