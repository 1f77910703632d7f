"""The export holds all that is kept of a person, and nothing of another."""

import pytest
from sqlalchemy import Engine

from reference_impl.receiving.receive import Receiver
from tests.receiver.edge.served import ADMIN_TOKEN, Client

from .conftest import live
from .people import A, B
from .scan import read_all, says

ADMIN = {"authorization": f"Bearer {ADMIN_TOKEN}"}


def export_of(client: Client, clerk_id: str):
    return client.request("GET", f"/api/users/{clerk_id}/export", headers=ADMIN)


def test_every_stored_value_is_there(lived: Client, engine: Engine) -> None:
    exported = export_of(lived, A.clerk_id).json()

    mine = {
        name: [row for row in rows if says(row, {A.clerk_id, A.email, A.second})]
        for name, rows in read_all(engine).items()
    }
    for name, rows in mine.items():
        citing = {row["svix_id"] for row in rows if name == "inbox" and row["clerk_id"] != A.clerk_id}
        kept = [row for row in rows if row.get("svix_id") not in citing or name != "inbox"]
        if name == "dead_letters":
            assert {row["svix_id"] for row in exported[name]} == {row["svix_id"] for row in kept}
            continue
        assert len(exported.get(name, [])) == len(kept), name
    told = str(exported)
    missing = A.stored() - says(told, A.stored())
    assert not missing


def test_nothing_of_another_person_is_there(client: Client, receiver: Receiver) -> None:
    live(client, A, B)
    live(client, B, A)

    told = export_of(client, A.clerk_id).text

    # A session of A's that B borrowed is A's to know about, with B's id for its actor; nothing else of B's is.
    assert says(told, set(B.markers().values())) <= {B.clerk_id}


def test_after_the_erasure_there_is_nothing_to_export(lived: Client) -> None:
    assert export_of(lived, A.clerk_id).status_code == 200
    lived.deliver(A.event("user.deleted"))

    assert export_of(lived, A.clerk_id).status_code == 404
    assert export_of(lived, B.clerk_id).status_code == 200


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {ADMIN_TOKEN}",
        f"Bearer {ADMIN_TOKEN}x",
        "Bearer é",
        ADMIN_TOKEN,
    ],
)
def test_without_the_token_it_is_refused(authorization: str | None, client: Client) -> None:
    client.deliver(A.event("user.created"))
    headers = {} if authorization is None else {"authorization": authorization.encode()}

    answer = client.request("GET", f"/api/users/{A.clerk_id}/export", headers=headers)

    assert answer.status_code == 401
    assert A.email not in answer.text


def test_a_letter_that_is_no_json_is_exported_as_text(client: Client) -> None:
    client.deliver(f'{{"to": "{A.clerk_id}"'.encode(), "msg_broken")

    (letter,) = export_of(client, A.clerk_id).json()["dead_letters"]
    assert letter["body"] == f'{{"to": "{A.clerk_id}"'
