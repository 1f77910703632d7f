"""The events of another instance of Clerk are not ours."""

from sqlalchemy import Engine

from tests.receiver.edge.served import INSTANCE, Client, client_of, create_app, settings

from .fixtures import contents, event


def test_another_instance_is_refused_and_leaves_no_row(client: Client, engine: Engine) -> None:
    answer = client.deliver({**event("user.created"), "instance_id": "ins_other"})
    assert (answer.status_code, answer.content) == (400, b"")
    assert not any(contents(engine).values())


def test_ours_and_an_unnamed_one_are_accepted(client: Client, engine: Engine) -> None:
    named, unnamed = event("user.created"), event("role.created")
    assert named["instance_id"] == INSTANCE
    del unnamed["instance_id"]
    assert client.deliver(named).status_code == client.deliver(unnamed).status_code == 204
    assert len(contents(engine)["inbox"]) == 2


def test_development_accepts_any_instance_unless_one_is_named(database_url: str) -> None:
    chosen = settings(database_url, app_env="development", clerk_instance_id=None)
    with client_of(create_app(chosen)) as client:
        assert client.deliver({**event("user.created"), "instance_id": "ins_other"}).status_code == 204
    chosen = settings(database_url, app_env="development")
    with client_of(create_app(chosen)) as client:
        assert client.deliver({**event("user.created"), "instance_id": "ins_other"}).status_code == 400
