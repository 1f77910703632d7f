"""The API against its own description: unsigned and signed, no answer that the description does not foresee."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from schemathesis import checks

from tests.receiver.signing import signed

from .keys import PARTY, bearer, claims, public_pem, token
from .served import ADMIN_TOKEN, WEBHOOK, create_app, served, settings

EXAMPLES = 60


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
        if path.startswith(WEBHOOK) and is_utf8(body):
            request.headers.update(signed(body, svix_id=f"msg_{self._number}"))
        elif path.startswith("/api/session"):
            request.headers.update(bearer(token(claims(f"user_{self._number}"))))
        else:
            request.headers.update(bearer(ADMIN_TOKEN))
        return request


def is_utf8(body: bytes) -> bool:
    """Tell whether a body can be signed."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.fixture
def schema(database_url: str) -> Iterator[Any]:
    """The description that a real server gives of itself."""
    chosen = settings(database_url, clerk_jwt_key=public_pem(), clerk_authorized_parties=(PARTY,))
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
    }
    assert seen[f"POST {WEBHOOK}"] == ({400} if who is Stranger else {204})
