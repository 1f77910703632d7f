"""The signature of a message is the one that Standard Webhooks describes: every library verifies it."""

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from reference_impl.edge.signature import RawDelivery, Verifier
from reference_impl.errors import InvalidSignatureError
from reference_impl.scenarios.relay.signature import message_id, sign
from tests.receiver.catalogue.fixtures import event

from .application import Answer, Application
from .conftest import House, Time, secret_of


@pytest.mark.parametrize(
    ("secret", "identifier", "timestamp", "body", "signature"),
    [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_plJ3nmyCDGBKInavdOK15jsl",
            "msg_loFOjxBNrRLzqYUf",
            1731705121,
            b'{"event_type":"ping","data":{"success":true}}',
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        ),
    ],
)
def test_the_published_examples_are_signed_as_published(
    secret: str, identifier: str, timestamp: int, body: bytes, signature: str
) -> None:
    assert sign(secret, identifier, timestamp, body) == signature


def test_what_leaves_is_verified_by_the_library_and_by_the_receiver_itself(
    house: House, crm: Application
) -> None:
    house.tell(event("user.created"))
    house.dispatch()

    (sent,) = crm.sent
    assert "Amélie".encode() in sent.body  # signed as it is sent, whatever the alphabet
    assert sent.path == "/hooks/"
    assert sent.headers["content-type"] == "application/json"
    Webhook(secret_of("crm")).verify(sent.body, sent.headers)
    verified = Verifier([secret_of("other"), secret_of("crm")]).verify(RawDelivery(sent.headers, sent.body))
    assert (verified.svix_id, verified.secret_index) == (sent.id, 1)


def test_a_changed_byte_another_identifier_or_another_secret_is_refused(
    house: House, crm: Application
) -> None:
    house.tell(event("user.created"))
    house.dispatch()

    (sent,) = crm.sent
    changed = sent.body.replace("Amélie".encode(), b"Aurore")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of("crm")).verify(changed, sent.headers)
    for headers, secret in (
        ({**sent.headers, "webhook-id": "msg_other"}, "crm"),
        ({**sent.headers, "webhook-timestamp": str(int(sent.headers["webhook-timestamp"]) + 1)}, "crm"),
        (sent.headers, "other"),
    ):
        with pytest.raises(InvalidSignatureError):
            Verifier([secret_of(secret)]).verify(RawDelivery(headers, sent.body))


def test_each_attempt_is_dated_and_signed_again_under_the_same_identifier(
    house: House, crm: Application, time: Time
) -> None:
    answers = [Answer(500), Answer(204)]
    crm.answer = lambda _sent: answers.pop(0)
    house.tell(event("user.created"))
    first_at = time.now // 1000
    assert house.dispatch() == 1
    time.now += 60_000
    assert house.dispatch() == 1

    first, second = crm.sent
    assert first.id == second.id
    assert [int(sent.headers["webhook-timestamp"]) for sent in crm.sent] == [first_at, first_at + 60]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    for sent in crm.sent:
        Webhook(secret_of("crm")).verify(sent.body, sent.headers)


def test_two_effects_have_two_identifiers_that_fit_in_a_key() -> None:
    assert message_id("a") == message_id("a") != message_id("b")
    assert len(message_id("é" * 2_000)) < 100
