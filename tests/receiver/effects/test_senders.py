"""The log, which sends nothing, and the call of a remote service: what counts as its failure, and what as the effect's."""

import json

import pytest

from reference_impl.effects.remote import Remote, header_key, told
from reference_impl.effects.senders import Effect, EffectFailedError, LogSender, Sent

from .service import Answer, Service

EFFECT = Effect("welcome_email/user_1", "welcome_email", {"n": 1}, {"email": "amélie@example.com"})


def test_a_service_gets_what_it_is_sent(service: Service) -> None:
    remote = Remote(service.url, headers={"Authorization": "Bearer a token"})

    remote.call("POST", "/emails", json={"a": "é"}, headers={"Idempotency-Key": "k"})

    (asked,) = service.asked
    assert (asked.key, asked.authorization, asked.body) == ("k", "Bearer a token", {"a": "é"})


@pytest.mark.parametrize(
    ("status", "after", "seconds", "everyone"),
    [
        (429, "120", 120, True),
        (429, "\xb2", None, True),
        (503, "soon", None, True),
        (503, "9" * 400, 999_999_999, True),
        (500, None, None, False),
        (401, None, None, True),
        (403, None, None, True),
        (404, None, None, False),
        (422, None, None, False),
        (302, None, None, False),
    ],
)
def test_all_but_a_2xx_is_a_failure_of_the_service_or_of_this_effect(
    status: int, after: str | None, seconds: int | None, everyone: bool, service: Service
) -> None:
    headers = {} if after is None else {"Retry-After": after}
    service.answer = lambda _asked: Answer(status, {**headers, "Location": service.url})

    with pytest.raises(EffectFailedError) as failed:
        Remote(service.url).call("POST", json={})

    assert (failed.value.retry_after_s, failed.value.everyone) == (seconds, everyone)
    assert str(failed.value) == str(status)
    assert len(service.asked) == 1


def test_an_answer_that_is_accepted_is_given_back(service: Service) -> None:
    service.answer = lambda _asked: Answer(404)

    assert Remote(service.url).call("POST", json={}, accepted=frozenset({404})).status_code == 404


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://nowhere.invalid/", "ftp://127.0.0.1/", "nonsense"]
)
def test_a_service_out_of_reach_fails_for_everyone(url: str) -> None:
    with pytest.raises(EffectFailedError) as failed:
        Remote(url).call("POST", json={})

    assert failed.value.everyone


@pytest.mark.parametrize(
    ("body", "understood"),
    [(b'{"id": "r1"}', {"id": "r1"}), (b"[]", {}), (b"", {}), (b"<html>", {}), (b"\xff\xfe", {})],
)
def test_what_a_service_answers_is_understood_or_left_alone(
    body: bytes, understood: dict, service: Service
) -> None:
    service.answer = lambda _asked: Answer(200, body=body)

    assert told(Remote(service.url).call("POST", json={})) == understood


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


@pytest.mark.parametrize("key", ["art19/Société d'envoi/ref 1", "x" * 2_000, "welcome_email/user_1"])
def test_the_key_of_an_effect_fits_in_a_header(key: str) -> None:
    sent = header_key(key)

    assert sent.isascii()
    assert len(sent) <= 255
    assert sent == header_key(key) != header_key(key + "!")
