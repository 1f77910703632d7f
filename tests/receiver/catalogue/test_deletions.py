"""A deletion is never lost for want of a date."""

import json

import pytest
from sqlalchemy import Engine, text

from reference_impl.edge.signature import VerifiedDelivery
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
