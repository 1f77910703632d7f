"""Who carries an effect out: the log in development, a service over HTTP in production."""

import json

import pytest

from reference_impl.effects.loop import choose_sender
from reference_impl.effects.senders import Effect, EffectFailedError, HttpSender, LogSender, Sent, header_key
from reference_impl.errors import InvalidSettingError
from tests.receiver.edge.served import settings

from .service import Answer, Service

EFFECT = Effect("welcome_email/user_1", "welcome_email", {"n": 1}, {"email": "amélie@example.com"})


def test_the_service_gets_the_key_the_token_and_the_person(service: Service) -> None:
    assert HttpSender(service.url, "a token").send(EFFECT) == Sent()

    (asked,) = service.asked
    assert (asked.key, asked.authorization) == ("welcome_email/user_1", "Bearer a token")
    assert asked.body == {"kind": "welcome_email", "payload": {"n": 1}, "recipient": EFFECT.recipient}


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        (b'{"recipient": "mail", "reference": "r1"}', Sent("mail", "r1")),
        (b'{"recipient": "mail", "reference": "r1", "more": 1}', Sent("mail", "r1")),
        (b'{"recipient": "mail"}', Sent()),
        (b'{"recipient": "mail", "reference": 5}', Sent()),
        (b'{"recipient": "", "reference": ""}', Sent()),
        (b"[]", Sent()),
        (b"", Sent()),
        (b"<html>", Sent()),
        (b"\xff\xfe", Sent()),
    ],
)
def test_what_the_service_answers_is_understood_or_left_alone(
    told: bytes, understood: Sent, service: Service
) -> None:
    service.answer = lambda _asked: Answer(200, body=told)

    assert HttpSender(service.url, None).send(EFFECT) == understood
    assert service.asked[0].authorization is None


@pytest.mark.parametrize(
    ("status", "after", "seconds"),
    [(429, "120", 120), (503, "soon", None), (500, None, None), (404, None, None), (302, None, None)],
)
def test_all_but_a_2xx_is_a_failure(
    status: int, after: str | None, seconds: int | None, service: Service
) -> None:
    headers = {} if after is None else {"Retry-After": after}
    service.answer = lambda _asked: Answer(status, {**headers, "Location": service.url})

    with pytest.raises(EffectFailedError) as failed:
        HttpSender(service.url, None).send(EFFECT)

    assert failed.value.retry_after_s == seconds
    assert str(failed.value) == str(status)
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://nowhere.invalid/", "ftp://127.0.0.1/", "nonsense"]
)
def test_a_service_out_of_reach_is_a_failure(url: str) -> None:
    with pytest.raises(EffectFailedError):
        HttpSender(url, None).send(EFFECT)


def test_the_log_says_the_kind_and_nothing_of_the_person(capsys: pytest.CaptureFixture[str]) -> None:
    from reference_impl.operations.logs import configure_logs

    configure_logs()
    assert LogSender().send(EFFECT) == Sent()

    line = json.loads(capsys.readouterr().out)
    assert {"kind": line["kind"], "outcome": line["outcome"]} == {
        "kind": "welcome_email",
        "outcome": "logged",
    }
    assert set(line) == {"kind", "outcome", "event", "level", "timestamp"}


def test_production_without_a_service_refuses() -> None:
    with pytest.raises(InvalidSettingError, match=r"^EFFECTS_URL est vide"):
        choose_sender(settings("sqlite:////tmp/x.db"))
    assert isinstance(choose_sender(settings("sqlite:////tmp/x.db", app_env="development")), LogSender)
    assert isinstance(choose_sender(settings("sqlite:////tmp/x.db", effects_url="http://a/")), HttpSender)


@pytest.mark.parametrize("key", ["art19/Société d'envoi/ref 1", "x" * 2_000, "welcome_email/user_1"])
def test_the_key_of_an_effect_fits_in_a_header(key: str) -> None:
    sent = header_key(key)

    assert sent.isascii()
    assert len(sent) <= 255
    assert sent == header_key(key) != header_key(key + "!")
