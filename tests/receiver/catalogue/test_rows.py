"""The exact row that a payload of each resource leaves, on both databases."""

from typing import Any

from sqlalchemy import Engine
from sqlmodel import SQLModel

from reference_impl import tables
from tests.receiver.edge.served import Client

from .fixtures import ORGANIZATION, PERSON, body, event, table_rows

IMAGE = "https://img.clerk.com/eyJ0eXBlIjoiZGVmYXVsdCJ9"

USER = {
    "clerk_id": PERSON,
    "email": "a.tremblay@exemple-pro.test",
    "first_name": "Amélie",
    "last_name": "Tremblay-Roy",
    "email_addresses": [
        {"address": "amelie.tremblay@example.com", "verified": True},
        {"address": "a.tremblay@exemple-pro.test", "verified": True},
    ],
    "phone_number": None,
    "username": "amelie_t",
    "image_url": IMAGE,
    "external_id": None,
    "locale": "fr-FR",
    "public_metadata": {"role": "etudiante"},
    "banned": False,
    "locked": False,
    "deprovisioned": False,
    "last_sign_in_at": 1764583200900,
    "clerk_created_at": 1764583200000,
    "clerk_updated_at": 1764669600500,
    "claims_issued_at": 0,
    "reconciled_at": None,
}

SESSION = {
    "session_id": "sess_3GkyxoEJKXJ75eQFZ5OK3EjVzHy",
    "clerk_id": PERSON,
    "status": "ended",
    "created_at": 1764583200900,
    "last_active_at": 1764586800000,
    "expire_at": 1765188000000,
    "clerk_updated_at": 1764586800015,
}

EXPECTED: list[tuple[str, type[SQLModel], dict[str, Any]]] = [
    ("user.updated", tables.User, USER),
    ("session.ended", tables.Session, SESSION),
    (
        "organization.created",
        tables.Organization,
        {
            "organization_id": ORGANIZATION,
            "name": "Coopérative du Fleuve",
            "slug": "cooperative-du-fleuve",
            "image_url": IMAGE,
            "max_allowed_memberships": 5,
            "public_metadata": {},
            "clerk_created_at": 1764583210000,
            "clerk_updated_at": 1764583210000,
            "deleted_at": None,
        },
    ),
    (
        "organizationMembership.created",
        tables.Membership,
        {
            "membership_id": "orgmem_3GkgR0FnQGmSCJkfHZdTqEZa9iI",
            "organization_id": ORGANIZATION,
            "clerk_id": PERSON,
            "role": "org:admin",
            "permissions": [
                "org:sys_profile:manage",
                "org:sys_memberships:read",
                "org:sys_memberships:manage",
                "org:sys_profile:delete",
            ],
            "clerk_created_at": 1764583210017,
            "clerk_updated_at": 1764583210017,
            "deleted_at": None,
        },
    ),
    (
        "organizationInvitation.accepted",
        tables.Invitation,
        {
            "invitation_id": "orginv_3GkV0gAhLUphmVkC5ma2U69bQJP",
            "organization_id": ORGANIZATION,
            "email": "karim.benali@example.com",
            "clerk_id": "user_3GkzeqoYZbmgugW1L9ebiMjIdDE",
            "role": "org:member",
            "status": "accepted",
            "expires_at": 1767175220000,
            "clerk_created_at": 1764583220000,
            "clerk_updated_at": 1764583290000,
            "deleted_at": None,
        },
    ),
    (
        "organizationDomain.updated",
        tables.Domain,
        {
            "domain_id": "orgdmn_3Gk07hPwql1UzOv8zLLVQPshf9d",
            "organization_id": ORGANIZATION,
            "name": "cooperative-fleuve.test",
            "enrollment_mode": "manual_invitation",
            "verified": True,
            "clerk_created_at": 1764583230000,
            "clerk_updated_at": 1764583240000,
            "deleted_at": None,
        },
    ),
    (
        "role.updated",
        tables.Role,
        {
            "role_id": "role_3GkaW4Tv4PtOyhAubOedgQ1X3dH",
            "key": "org:redacteur",
            "name": "Rédacteur",
            "permissions": ["org:articles:publish"],
            "clerk_updated_at": 1764583209000,
            "deleted_at": None,
        },
    ),
    (
        "permission.created",
        tables.Permission,
        {
            "permission_id": "perm_3GkiYl9wAuY8i4iLsc1pzZesxAn",
            "key": "org:articles:publish",
            "name": "Publier un article",
            "type": "user",
            "clerk_updated_at": 1764583200000,
            "deleted_at": None,
        },
    ),
    (
        "waitlistEntry.created",
        tables.WaitlistEntry,
        {
            "entry_id": "wle_3Gkbu68NKMYfqSaDsliz6aMaQBx",
            "email": "noemie.gagnon@example.com",
            "status": "pending",
            "clerk_created_at": 1764582700000,
            "clerk_updated_at": 1764582700000,
            "deleted_at": None,
        },
    ),
]

DELETED = ["organization", "organizationMembership", "organizationDomain", "role", "permission"]


def only_row(engine: Engine, model: type[SQLModel]) -> dict[str, Any]:
    (row,) = table_rows(engine, model)
    return row


def test_each_resource_leaves_exactly_this_row(client: Client, engine: Engine) -> None:
    for name, model, expected in EXPECTED:
        assert client.deliver(body(name)).status_code == 204
        row = only_row(engine, model)
        ours = row.pop("first_seen_at", None)
        assert row == expected, name
        assert (ours is not None) == (model is tables.User)


def test_a_deletion_leaves_a_tombstone_and_nothing_else(client: Client, engine: Engine) -> None:
    models = {name.split(".")[0]: model for name, model, _ in EXPECTED}
    for kind in DELETED:
        client.deliver(body(f"{kind}.created"))
        assert client.deliver(body(f"{kind}.deleted")).status_code == 204
        row = only_row(engine, models[kind])
        key = next(iter(models[kind].__table__.primary_key)).name  # type: ignore[attr-defined]
        left = {name: value for name, value in row.items() if value is not None}
        assert left == {
            key: event(f"{kind}.created")["data"]["id"],
            "clerk_updated_at": 0,
            "deleted_at": event(f"{kind}.deleted")["timestamp"],
        }
        client.deliver(body(f"{kind}.updated"), f"msg_late_{kind}")
        assert only_row(engine, models[kind]) == row, "the tombstone wins for ever"


def test_billing_keeps_each_event_without_the_payers_identity(client: Client, engine: Engine) -> None:
    for name in ("subscriptionItem.upcoming", "subscriptionItem.active", "paymentAttempt.created"):
        assert client.deliver(body(name)).status_code == 204
    rows = {row["type"]: row for row in table_rows(engine, tables.BillingSnapshot)}
    assert len(rows) == 3, "two states of the same instant are two rows"
    row = rows["subscriptionItem.upcoming"]
    del row["received_at"]
    data = event("subscriptionItem.upcoming")["data"]
    for name in ("email", "first_name", "last_name", "image_url", "organization_name"):
        del data["payer"][name]
    assert row == {
        "resource_id": "csub_item_3GkGGBM3WqenFNuNli1TKa4ab6C",
        "version": 1764583200040,
        "type": "subscriptionItem.upcoming",
        "status": "upcoming",
        "clerk_id": PERSON,
        "organization_id": None,
        "snapshot": data,
    }


def test_a_deleted_person_leaves_only_a_keyed_hash(client: Client, engine: Engine) -> None:
    for name in ("user.created", "user.deleted", "user.updated"):
        assert client.deliver(body(name)).status_code == 204
    assert table_rows(engine, tables.User) == []
    row = only_row(engine, tables.ErasureEntry)
    assert (row["erased_at"], row["cause"]) == (event("user.deleted")["timestamp"], "user.deleted")
    assert len(row["subject"]) == 64
    assert PERSON not in repr(row)


def test_the_dashboards_example_is_understood(client: Client, engine: Engine) -> None:
    """Its instant is in seconds, and the address that it designates is not in the list."""
    client.deliver(body("edge/user.created.testing_tab_like"))
    row = only_row(engine, tables.User)
    assert (row["email"], row["email_addresses"], row["clerk_updated_at"]) == (None, [], 1764583200000)


def test_a_person_without_an_address_has_a_telephone(client: Client, engine: Engine) -> None:
    client.deliver(body("edge/user.created.phone_only"))
    row = only_row(engine, tables.User)
    assert row["email"] is None
    assert (
        row["phone_number"]
        == event("edge/user.created.phone_only")["data"]["phone_numbers"][0]["phone_number"]
    )


def test_an_unverified_address_is_known_to_be_so(client: Client, engine: Engine) -> None:
    client.deliver(body("edge/user.created.email_unverified"))
    assert [item["verified"] for item in only_row(engine, tables.User)["email_addresses"]] == [False]


def test_any_writing_system_comes_through_whole(client: Client, engine: Engine) -> None:
    client.deliver(body("edge/user.created.unicode_emoji"))
    row = only_row(engine, tables.User)
    data = event("edge/user.created.unicode_emoji")["data"]
    assert (row["first_name"], row["last_name"]) == (data["first_name"], data["last_name"]) != (None, None)


def test_bans_and_directories_are_seen(client: Client, engine: Engine) -> None:
    client.deliver(body("edge/user.updated.banned"))
    assert only_row(engine, tables.User)["banned"] is True
    client.deliver(body("edge/user.updated.scim_deprovisioned"))
    assert any(row["deprovisioned"] for row in table_rows(engine, tables.User))
