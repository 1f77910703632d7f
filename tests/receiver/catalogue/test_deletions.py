"""A deletion is never lost for want of a date."""

import json

import pytest
from sqlalchemy import Engine, text

from reference_impl.catalogue import CATALOGUE
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.privacy.export import collect
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.receive import Receiver

KEY = "a-key-of-the-tests"


def delivery(svix_id: str, **envelope: object) -> VerifiedDelivery:
    return VerifiedDelivery(svix_id, json.dumps(envelope).encode(), 0)


def test_a_user_deleted_without_a_timestamp_is_erased_now(engine: Engine) -> None:
    receiver = Receiver(engine, Subjects(KEY), clock=lambda: 1764583200000)

    first = receiver.receive(delivery("msg_1", type="user.deleted", data={"id": "user_1"}))
    late = receiver.receive(
        delivery("msg_2", type="user.created", data={"id": "user_1", "updated_at": 1764583299000})
    )

    assert (first.outcome, late.outcome) == ("processed", "stale")
    with engine.connect() as connection:
        assert (
            connection.execute(text("SELECT erased_at FROM erasure_register")).scalar_one() == 1764583200000
        )
        assert connection.execute(text("SELECT count(*) FROM users")).scalar_one() == 0


@pytest.mark.parametrize("kind", ["organization", "organizationMembership", "role", "waitlistEntry"])
def test_a_resource_deleted_without_a_timestamp_does_not_come_back(engine: Engine, kind: str) -> None:
    receiver = Receiver(engine, Subjects(KEY))

    receiver.receive(delivery("msg_1", type=f"{kind}.deleted", data={"id": "thing_1"}))
    late = receiver.receive(
        delivery("msg_2", type=f"{kind}.created", data={"id": "thing_1", "updated_at": 1764583299000})
    )

    assert late.outcome == "stale"


def test_an_invitation_accepted_too_late_leaves_no_address_of_the_erased_person(engine: Engine) -> None:
    """The erasure came first, of a person never seen: nothing linked the pending invitation to them yet."""
    receiver = Receiver(engine, Subjects(KEY))
    pending = {
        "id": "orginv_1",
        "email_address": "amelie@example.com",
        "status": "pending",
        "updated_at": 1764583200000,
    }
    accepted = {**pending, "status": "accepted", "user_id": "user_1", "updated_at": 1764583299000}

    receiver.receive(delivery("msg_1", type="organizationInvitation.created", data=pending))
    receiver.receive(delivery("msg_2", type="user.deleted", data={"id": "user_1"}))
    late = receiver.receive(delivery("msg_3", type="organizationInvitation.accepted", data=accepted))

    assert late.outcome == "stale"
    with engine.connect() as connection:
        everything = [
            connection.execute(text(f"SELECT * FROM {table}")).all() for table in ("invitations", "inbox")
        ]
    assert "amelie@example.com" not in repr(everything)
    assert "user_1" not in repr(everything)


def test_an_address_that_nothing_verifies_links_nobody_to_an_invitation(engine: Engine) -> None:
    """Anyone may add anyone's address to their account: erasing it must not erase what is hers."""
    receiver = Receiver(engine, Subjects(KEY))
    addresses = [
        {"id": "idn_1", "email_address": "own@example.com", "verification": {"status": "verified"}},
        {"id": "idn_2", "email_address": "victim@example.com", "verification": {"status": "unverified"}},
    ]
    account = {"id": "user_1", "updated_at": 1764583200000, "email_addresses": addresses}
    for number, address in enumerate(["own@example.com", "victim@example.com"]):
        invited = {"id": f"orginv_{number}", "email_address": address, "updated_at": 1764583200000}
        receiver.receive(delivery(f"msg_{number}", type="organizationInvitation.created", data=invited))
    receiver.receive(delivery("msg_account", type="user.created", data=account))

    with engine.connect() as connection:
        exported = collect(connection, "user_1")
    receiver.receive(delivery("msg_erasure", type="user.deleted", data={"id": "user_1"}))

    assert [row["email"] for row in exported["invitations"]] == ["own@example.com"]
    with engine.connect() as connection:
        left = (
            connection.execute(text("SELECT email FROM invitations WHERE deleted_at IS NULL")).scalars().all()
        )
    assert left == ["victim@example.com"]


@pytest.mark.parametrize("organization_first", [False, True])
def test_the_members_of_a_deleted_organization_are_active_no_more(
    engine: Engine, organization_first: bool
) -> None:
    receiver = Receiver(engine, Subjects(KEY))
    member = {"id": "orgmem_1", "organization": {"id": "org_1"}, "public_user_data": {"user_id": "user_1"}}
    joined = delivery(
        "msg_1", type="organizationMembership.created", data={**member, "updated_at": 1764583200000}
    )
    deleted = delivery("msg_2", type="organization.deleted", data={"id": "org_1"}, timestamp=1764583299000)

    first, second = (deleted, joined) if organization_first else (joined, deleted)
    counts = []
    for each in (first, second):
        receiver.receive(each)
        with engine.connect() as connection:
            counts.append(connection.execute(text("SELECT count(*) FROM active_memberships")).scalar_one())

    assert counts == ([0, 0] if organization_first else [1, 0])


def test_a_type_that_was_unknown_is_processed_when_it_comes_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(engine, Subjects(KEY))
    message = delivery("msg_1", type="role.invented", data={"id": "role_1"}, timestamp=1764583200000)
    outcomes = [receiver.receive(message).outcome, receiver.receive(message).outcome]

    monkeypatch.setitem(CATALOGUE, "role.invented", CATALOGUE["role.created"])
    outcomes += [receiver.receive(message).outcome, receiver.receive(message).outcome]

    assert outcomes == ["ignored", "duplicate", "processed", "duplicate"]
