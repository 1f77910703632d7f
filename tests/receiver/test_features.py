"""What is not configured is off: it owes nothing, opens no route, and says so."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reference_impl.app import create_app
from reference_impl.assembly import lanes
from reference_impl.features import features
from reference_impl.receiving.receive import Receiver
from tests.receiver.edge.keys import public_pem
from tests.receiver.edge.served import client_of, rows, settings
from tests.receiver.privacy.people import A
from tests.receiver.signing import SECRET

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")

ROUTES = {
    "alerts": ("GET", "/api/alerts"),
    "onboarding": ("GET", "/api/onboarding"),
    "analytics": ("GET", "/api/analytics"),
    "stripe": ("POST", "/api/webhooks/stripe"),
    "email": ("POST", "/api/webhooks/email"),
    "shipping": ("POST", "/api/webhooks/shipping"),
}

ON = {
    "messages": {"email_from": "cours@example.com", "smtp_url": "smtp://localhost:1025"},
    "applications": {"subscribers": [{"name": "crm", "url": "https://crm.example.test/", "secret": SECRET}]},
    "alerts": {"alerts": True},
    "onboarding": {
        "onboarding": True,
        "clerk_jwt_key": public_pem(),
        "clerk_authorized_parties": ("https://app.example.test",),
    },
    "analytics": {"analytics": True},
    "slack": {"slack_channel": "C0123", "slack_bot_token": "xoxb-of-the-tests"},
    "mailchimp": {"mailchimp_list_id": "a1", "mailchimp_api_key": "of-the-tests-us6"},
    "stripe": {"stripe_webhook_secret": SECRET},
    "email": {"resend_webhook_secret": SECRET},
    "shipping": {"easypost_webhook_secret": "a secret of the tests"},
}

LANES = {"messages": "email", "applications": "app:crm", "slack": "slack", "mailchimp": "mailchimp"}

OWED = {
    "messages": {"welcome_email"},
    "applications": {"user.created"},
    "onboarding": {"onboarding_reminder"},
    "slack": {"slack_message"},
}
"""What the sign-up of somebody who consents to nothing makes due. The reminder needs the messages as well."""


@pytest.mark.parametrize("name", ["nothing", *ON])
def test_only_what_is_configured_is_on(
    name: str, database_url: str, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"email_from": None, **ON.get(name, {}), **(ON["messages"] if name == "onboarding" else {})}
    chosen = settings(database_url, **given)
    expected = ({name} if name in ON else set()) | ({"messages"} if name == "onboarding" else set())

    app = create_app(chosen)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    with client_of(app) as client:
        client.deliver(A.event("user.created"))
        missing = {
            one for one, (verb, path) in ROUTES.items() if client.request(verb, path).status_code == 404
        }

    assert {feature.name for feature in features(chosen) if feature.on} == expected
    assert (set(told["on"]), set(told["off"])) == (expected, set(ON) - expected)
    assert missing == set(ROUTES) - expected
    owed = {row["kind"] for row in rows(engine, "outbox")}
    assert owed == set().union(*(OWED.get(one, set()) for one in expected))


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ON)
def test_each_recipient_has_a_lane(name: str, database_url: str, engine: Engine) -> None:
    from reference_impl.app import build_receiver

    chosen = settings(database_url, **{"email_from": None, **ON[name]})
    receiver: Receiver = build_receiver(chosen)

    expected = [LANES[name]] if name in LANES else []
    assert [lane.destination for lane in lanes(chosen, receiver)] == expected
    receiver.engine.dispose()


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_the_readme_says_what_turns_each_feature_on(database_url: str) -> None:
    for feature in features(settings(database_url)):
        for variable in re.findall(r"[A-Z][A-Z_]{4,}", feature.variables):
            assert f"`{variable}" in README, f"{feature.name}: {variable}"
