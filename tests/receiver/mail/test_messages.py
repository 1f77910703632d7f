"""What the messages say, and what a name chosen by anybody may not make them say."""

import pytest
from sqlalchemy import Engine

from reference_impl.effects.messages import Application, Message
from reference_impl.effects.senders import Effect
from reference_impl.scenarios.messages import LONGEST_NAME, admin_message, letter, shown, welcome_message
from reference_impl.store.engine import reading
from tests.receiver.privacy.people import A

from .conftest import APPLICATION, World, told

WELCOME = Effect("k", "welcome_email", {}, {"first_name": "Zoé"})


def welcomed(engine: Engine, first_name: str | None, **others: bool) -> Message | None:
    recipient = {"first_name": first_name, "banned": False, "deprovisioned": False, **others}
    effect = Effect("k", "welcome_email", {}, recipient)
    with reading(engine).connect() as connection:
        return welcome_message(connection, effect, APPLICATION)


def administered(world: World) -> Message | None:
    event = A.event("organization.created")
    recipient = {"clerk_id": A.clerk_id, "first_name": "Zoé", "banned": False, "deprovisioned": False}
    payload = {"organization_id": event["data"]["id"]}
    with reading(world.engine).connect() as connection:
        return admin_message(connection, Effect("k", "admin_email", payload, recipient), APPLICATION)


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_the_welcome_says_the_name_the_application_and_where_it_is(engine: Engine) -> None:
    message = welcomed(engine, "Zoé")

    assert message.subject == "Bienvenue sur L'Atelier"
    assert message.text == (
        "Bonjour Zoé,\n\nVotre compte est prêt : bienvenue sur L'Atelier !\n\n"
        "Pour continuer : https://atelier.example.com\n\nÀ bientôt,\nL'Atelier\n"
    )


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", [None, "", "  ", "\u200b\n"])
def test_without_a_first_name_the_welcome_greets_all_the_same(engine: Engine, name: str | None) -> None:
    assert welcomed(engine, name).text.startswith("Bonjour,\n")


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("closed", ["banned", "deprovisioned"])
def test_an_account_that_was_closed_meanwhile_is_not_welcomed(engine: Engine, closed: str) -> None:
    assert welcomed(engine, "Zoé", **{closed: True}) is None


def test_without_an_address_of_the_application_there_is_no_link() -> None:
    assert (
        letter(WELCOME, Application("L'Atelier", None), "Un.")
        == "Bonjour Zoé,\n\nUn.\n\nÀ bientôt,\nL'Atelier\n"
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Zoé", "Zoé"),
        ("Jean-Pierre O'Neil", "Jean-Pierre O'Neil"),
        ("J. P.", "J. P."),
        ("👩‍🚀 Mae", "👩‍🚀 Mae"),
        ("علی‌رضا", "علی‌رضا"),
        ("李小龍", "李小龍"),
        ("Zoé\r\nBcc: all", None),
        ("Zoé\r\n\tRoy", "Zoé Roy"),
        ("Zoé\u2028Roy\x00", "Zoé Roy"),
        ("\u202eéoZ", "éoZ"),
        ("Zo\ud83d", "Zo"),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
        ("x" * (LONGEST_NAME + 1), None),
        ("x" * 1_000_000, None),
        ("Gagnez ! https://evil.test", None),
        ("Gagnez : evil.test", None),
        ("evil.test", None),
        ("WWW evil", None),
        ("moi@evil.test", None),
        ("evil\u200b.\u200btest", None),
    ],
)
def test_a_name_is_written_on_one_line_or_not_at_all(name: str, written: str | None) -> None:
    assert shown(name) == written


def test_an_administrator_reads_the_name_that_the_organization_has_now(world: World) -> None:
    world.deliver(told(A))
    world.deliver(A.event("organizationMembership.created"))
    assert "une organisation :" in administered(world).text

    world.deliver(A.event("organization.created"))
    name = A.event("organization.created")["data"]["name"]
    assert f"l'organisation « {name} » :" in administered(world).text
    assert name not in administered(world).subject

    renamed = A.event("organization.updated")
    renamed["data"]["name"] = "Coop https://evil.test"
    renamed["data"]["updated_at"] += 10**9
    world.deliver(renamed)
    assert "evil" not in administered(world).text


def test_who_administers_no_more_is_not_written_to(world: World) -> None:
    assert administered(world) is None
    world.deliver(A.event("organizationMembership.created"))
    assert administered(world) is not None
    demoted = A.event("organizationMembership.updated")
    demoted["data"]["role"] = "org:member"
    world.deliver(demoted)

    assert administered(world) is None


@pytest.mark.parametrize("gone", ["organization.deleted", "organizationMembership.deleted"])
def test_of_an_organization_that_is_gone_or_that_one_left_there_is_nothing_to_say(
    world: World, gone: str
) -> None:
    world.deliver(A.event("organization.created"))
    world.deliver(A.event("organizationMembership.created"))
    assert administered(world) is not None

    world.deliver(A.event(gone))

    assert administered(world) is None
