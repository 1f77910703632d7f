"""One message for one sign-up, that says nobody's name, waits as Slack asks, and goes with the person."""

import json

import pytest
from sqlalchemy import insert, select

from reference_impl.catalogue.users import record_snapshot, user_row
from reference_impl.effects.senders import Effect, EffectFailedError
from reference_impl.operations.logs import configure_logs
from reference_impl.privacy.erasure import DISCLOSURES
from reference_impl.store.outbox import OUTBOX
from tests.receiver.effects.conftest import NOW
from tests.receiver.privacy.people import A, B, Person
from tests.receiver.privacy.scan import says, scan

from .conftest import VERSION, World, profile
from .fake_slack import CHANNEL, TOKEN, FakeSlack, refused
from .web import LOST, Answer, busy

SIGNUP = f"slack_signup/{A.clerk_id}"


def methods(slack: FakeSlack) -> list[str]:
    return [asked.path.removeprefix("/") for asked in slack.asked]


def references(world: World) -> list[str]:
    with world.engine.connect() as connection:
        return list(connection.execute(select(DISCLOSURES.c.recipient_ref)).scalars())


def owe(world: World, key: str, kind: str, payload: dict[str, str]) -> None:
    """Enter an effect that is about nobody."""
    row = {
        "key": key,
        "kind": kind,
        "destination": "slack",
        "payload": payload,
        "created_at": NOW,
        "attempts": 0,
    }
    with world.engine.begin() as connection:
        connection.execute(insert(OUTBOX).values(**row, next_attempt_at=NOW))


def test_a_signup_told_twice_and_in_disorder_is_announced_once_without_a_name(
    world: World, slack: FakeSlack
) -> None:
    created = A.event("user.created")
    for event, svix_id in (
        (profile(A, 5), "msg_b"),
        (created, "msg_a"),
        (created, "msg_a"),
        (profile(A, 5), "msg_b"),
    ):
        world.deliver(event, svix_id)

    assert world.dispatch("slack") == 1

    (message,) = slack.messages
    assert message["text"] == f"Nouvelle inscription : {A.clerk_id}"
    assert says(slack.asked, set(A.markers().values())) == {A.clerk_id}
    assert references(world) == [f"{CHANNEL}/{message['ts']}"]
    assert world.all_done("slack")


def test_an_old_account_that_a_reconciliation_finds_is_not_announced(world: World, slack: FakeSlack) -> None:
    row = user_row(profile(A, 1)["data"], A.clerk_id, VERSION)
    with world.engine.begin() as connection:
        assert record_snapshot(world.receiver.transaction(connection), row, recent=False).created

    assert world.dispatch("slack") == 0
    assert slack.asked == []


def test_a_lost_answer_makes_no_second_message(world: World, slack: FakeSlack) -> None:
    world.tell(A, 1)
    slack.faults = [LOST]
    world.dispatch("slack")
    assert references(world) == []
    world.later()

    world.dispatch("slack")

    (message,) = slack.messages
    assert methods(slack) == ["chat.postMessage", "conversations.history"]
    assert references(world) == [f"{CHANNEL}/{message['ts']}"]
    assert world.all_done("slack")


def test_what_was_not_posted_is_posted_by_the_next_attempt_whatever_others_said(
    world: World, slack: FakeSlack
) -> None:
    world.tell(A, 1)
    world.tell(B, 1)
    slack.faults = [Answer({}, 500)]
    world.dispatch("slack")
    world.later()
    slack.say("hello")
    slack.say("from another application", metadata={"event_type": "theirs", "event_payload": {"key": 1}})
    slack.say("odd", metadata=None)

    world.dispatch("slack")

    announced = [one["text"] for one in slack.messages if "inscription" in one["text"]]
    assert sorted(announced) == [f"Nouvelle inscription : {person.clerk_id}" for person in (A, B)]
    assert world.all_done("slack")


def test_slack_that_asks_to_wait_is_left_alone_that_long_and_nobody_else_waits(
    world: World, slack: FakeSlack
) -> None:
    for person in (A, B):
        world.tell(person, 1, {"newsletter": True})
    slack.faults = [busy(30)]

    assert world.dispatcher("slack").run_once() == 1
    world.time.now += 29_999
    assert world.dispatcher("slack").run_once() == 0
    assert world.dispatch("mailchimp") == 2  # it takes 400 ms of the clock

    assert world.dispatch("slack") == 2
    assert methods(slack) == [
        "chat.postMessage",
        "chat.postMessage",
        "conversations.history",
        "chat.postMessage",
    ]
    assert len(slack.messages) == 2


def test_no_more_than_one_message_leaves_in_a_second(world: World, slack: FakeSlack) -> None:
    world.tell(A, 1)
    world.tell(B, 1)

    assert [world.dispatcher("slack").run_once() for _ in range(2)] == [1, 0]
    world.time.now += 999
    assert world.dispatcher("slack").run_once() == 0
    world.time.now += 1
    assert world.dispatcher("slack").run_once() == 1


@pytest.mark.parametrize(
    ("error", "everyone"),
    [
        ("invalid_auth", True),
        ("token_revoked", True),
        ("account_inactive", True),
        ("channel_not_found", True),
        ("not_in_channel", True),
        ("ratelimited", True),
        ("msg_too_long", False),
        ("something_new", False),
        (None, False),
    ],
)
def test_a_refusal_concerns_everyone_or_this_message(
    world: World, slack: FakeSlack, error: str | None, everyone: bool
) -> None:
    slack.faults = [Answer({"ok": False, "error": error}, headers={"Retry-After": "7"})]

    with pytest.raises(EffectFailedError) as failed:
        world.lanes["slack"].sender.send(Effect("k", "slack_message", {"text": "t"}, None))

    assert (failed.value.everyone, failed.value.retry_after_s) == (everyone, 7)
    assert str(failed.value) == (error if everyone else "refused")


def test_a_posting_without_its_instant_is_looked_for(world: World, slack: FakeSlack) -> None:
    world.tell(A, 1)
    slack.faults = [Answer({"ok": True})]
    world.dispatch("slack")
    world.later()

    world.dispatch("slack")

    assert len(slack.messages) == 1
    assert world.all_done("slack")


def test_what_is_announced_wakes_nobody(world: World, slack: FakeSlack) -> None:
    owe(world, "alert/1", "slack_message", {"text": "<!channel> R&D <https://x|y>"})

    world.dispatch("slack")

    assert slack.messages[0]["text"] == "&lt;!channel&gt; R&amp;D &lt;https://x|y&gt;"
    assert references(world) == []


def test_an_effect_of_another_kind_is_refused(world: World) -> None:
    with pytest.raises(EffectFailedError, match="unknown_kind"):
        world.lanes["slack"].sender.send(Effect("k", "another", {}, None))


def test_the_announcement_goes_with_the_person(world: World, slack: FakeSlack) -> None:
    for person in (A, B):
        world.tell(person, 1)
    world.dispatch("slack")
    world.erase(A)

    assert world.dispatch("slack") == 1

    assert [one["text"] for one in slack.messages] == [f"Nouvelle inscription : {B.clerk_id}"]
    assert scan(world.engine, set(A.markers().values())) == set()
    assert world.all_done("slack")
    assert {row.payload for row in world.owed().values()} == {None}


@pytest.mark.parametrize("fault", [LOST, refused("message_not_found")])
def test_an_announcement_already_gone_is_gone(world: World, slack: FakeSlack, fault: Answer) -> None:
    world.tell(A, 1)
    world.dispatch("slack")
    world.erase(A)
    slack.faults = [fault]
    world.dispatch("slack")
    world.later()

    world.dispatch("slack")

    assert world.all_done("slack")


@pytest.mark.parametrize(
    ("error", "everyone"),
    [("channel_not_found", False), ("cant_delete_message", False), ("token_revoked", True)],
)
def test_an_announcement_that_cannot_be_removed_is_retried_and_delays_no_other(
    world: World, slack: FakeSlack, error: str, everyone: bool
) -> None:
    slack.faults = [refused(error)]
    notice = {"recipient": "slack", "recipient_ref": "C0GONE/1.000001"}

    with pytest.raises(EffectFailedError) as failed:
        world.lanes["slack"].sender.send(Effect("art19/slack/x", "art19", notice, None))

    assert failed.value.everyone == everyone
    assert slack.asked[0].body == {"channel": "C0GONE", "ts": "1.000001"}


def test_an_effect_whose_person_was_erased_before_is_never_sent(world: World, slack: FakeSlack) -> None:
    world.tell(A, 1)
    world.erase(A)

    assert world.dispatch("slack") == 0
    assert slack.asked == []
    assert scan(world.engine, {A.clerk_id}) == set()


def test_the_token_shows_nowhere(world: World, slack: FakeSlack, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    world.tell(A, 1)
    slack.faults = [LOST, Answer({"error": f"{TOKEN} {A.email}"}, 500), refused(f"{TOKEN} {A.email}")]
    errors = []
    for _ in range(3):
        with pytest.raises(EffectFailedError) as failed:
            world.lanes["slack"].sender.send(
                Effect(SIGNUP, "slack_message", {"text": "t"}, {"clerk_id": A.clerk_id})
            )
        errors.append(repr(failed.value))
    world.dispatch("slack")

    shown = json.dumps(errors) + repr(world.lanes) + str(capsys.readouterr())
    assert TOKEN not in shown
    assert says(shown, set(A.markers().values())) == set()


def test_people_are_not_confused(world: World, slack: FakeSlack) -> None:
    people = [Person(str(number), "192.0.2.1") for number in (1001, 1002, 1003)]
    for person in people:
        world.tell(person, 1)
    slack.faults = [LOST, LOST, LOST]
    for _ in range(4):
        world.dispatch("slack")
        world.later()

    assert sorted(one["text"][-len(A.clerk_id) :] for one in slack.messages) == [
        one.clerk_id for one in people
    ]
    assert world.all_done("slack")
