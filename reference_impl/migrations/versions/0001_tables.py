"""Les tables du récepteur. La première migration."""

import sqlalchemy as sa
from alembic import op

ACTIVE_MEMBERSHIPS = (
    "CREATE VIEW active_memberships AS SELECT memberships.* FROM memberships"
    " LEFT JOIN organizations ON organizations.organization_id = memberships.organization_id"
    " WHERE memberships.deleted_at IS NULL AND organizations.deleted_at IS NULL"
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Appliquer la migration."""
    op.create_table(
        "billing_snapshots",
        sa.Column("resource_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("clerk_id", sa.String(), nullable=True),
        sa.Column("organization_id", sa.String(), nullable=True),
        sa.Column("snapshot", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("resource_id", "version", "type"),
    )
    op.create_index("ix_billing_snapshots_clerk_id", "billing_snapshots", ["clerk_id"])

    op.create_table(
        "dead_letters",
        sa.Column("svix_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("svix_id"),
    )
    op.create_index("ix_dead_letters_received_at", "dead_letters", ["received_at"])

    op.create_table(
        "disclosures",
        sa.Column("clerk_id", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("recipient_ref", sa.String(), nullable=False),
        sa.Column("disclosed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("clerk_id", "recipient", "recipient_ref"),
    )
    op.create_table(
        "domains",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("enrollment_mode", sa.String(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=True),
        sa.Column("clerk_created_at", sa.BigInteger(), nullable=True),
        sa.Column("clerk_updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("domain_id"),
    )
    op.create_index("ix_domains_organization_id", "domains", ["organization_id"])

    op.create_table(
        "erasure_register",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_table(
        "inbox",
        sa.Column("svix_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("resource_id", sa.String(), nullable=True),
        sa.Column("clerk_id", sa.String(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("secret_index", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("svix_id"),
    )
    op.create_index("ix_inbox_clerk_id", "inbox", ["clerk_id"])
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_index("ix_inbox_resource_id", "inbox", ["resource_id"])

    op.create_table(
        "inbox_mentions",
        sa.Column("clerk_id", sa.String(), nullable=False),
        sa.Column("svix_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("clerk_id", "svix_id"),
    )
    op.create_index("ix_inbox_mentions_svix_id", "inbox_mentions", ["svix_id"])

    op.create_table(
        "invitations",
        sa.Column("invitation_id", sa.String(), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("clerk_id", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("clerk_created_at", sa.BigInteger(), nullable=True),
        sa.Column("clerk_updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("invitation_id"),
    )
    op.create_index("ix_invitations_clerk_id", "invitations", ["clerk_id"])
    op.create_index("ix_invitations_email", "invitations", ["email"])
    op.create_index("ix_invitations_organization_id", "invitations", ["organization_id"])

    op.create_table(
        "memberships",
        sa.Column("membership_id", sa.String(), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=True),
        sa.Column("clerk_id", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("permissions", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("clerk_created_at", sa.BigInteger(), nullable=True),
        sa.Column("clerk_updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("membership_id"),
    )
    op.create_index("ix_memberships_clerk_id", "memberships", ["clerk_id"])
    op.create_index("ix_memberships_organization_id", "memberships", ["organization_id"])

    op.create_table(
        "organizations",
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("image_url", sa.String(), nullable=True),
        sa.Column("max_allowed_memberships", sa.Integer(), nullable=True),
        sa.Column("public_metadata", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("clerk_created_at", sa.BigInteger(), nullable=True),
        sa.Column("clerk_updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("organization_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("clerk_id", sa.String(), nullable=True),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_outbox_clerk_id", "outbox", ["clerk_id"])
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_attempt_at"],
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )

    op.create_table(
        "permissions",
        sa.Column("permission_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("clerk_updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("permission_id"),
    )
    op.create_table(
        "roles",
        sa.Column("role_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("permissions", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("clerk_updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("role_id"),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("clerk_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("last_active_at", sa.BigInteger(), nullable=True),
        sa.Column("expire_at", sa.BigInteger(), nullable=True),
        sa.Column("clerk_updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("ix_sessions_clerk_id", "sessions", ["clerk_id"])

    op.create_table(
        "users",
        sa.Column("clerk_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("first_name", sa.String(), nullable=True),
        sa.Column("last_name", sa.String(), nullable=True),
        sa.Column("email_addresses", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("phone_number", sa.String(), nullable=True),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("image_url", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("public_metadata", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("banned", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("locked", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("deprovisioned", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("last_sign_in_at", sa.BigInteger(), nullable=True),
        sa.Column("clerk_created_at", sa.BigInteger(), nullable=True),
        sa.Column("clerk_updated_at", sa.BigInteger(), nullable=False),
        sa.Column("claims_issued_at", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("reconciled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("clerk_id"),
    )
    op.create_index("ix_users_email", "users", ["email"])
    op.create_index("ix_users_reconciled_at", "users", ["reconciled_at"])

    op.create_table(
        "waitlist_entries",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("clerk_created_at", sa.BigInteger(), nullable=True),
        sa.Column("clerk_updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_index("ix_waitlist_entries_email", "waitlist_entries", ["email"])
    op.execute(ACTIVE_MEMBERSHIPS)


def downgrade() -> None:
    """Défaire la migration."""
    op.execute("DROP VIEW active_memberships")
    op.drop_index("ix_waitlist_entries_email", "waitlist_entries")

    op.drop_table("waitlist_entries")
    op.drop_index("ix_users_reconciled_at", "users")
    op.drop_index("ix_users_email", "users")

    op.drop_table("users")
    op.drop_index("ix_sessions_clerk_id", "sessions")

    op.drop_table("sessions")
    op.drop_table("roles")
    op.drop_table("permissions")
    op.drop_index("ix_outbox_due", "outbox")
    op.drop_index("ix_outbox_clerk_id", "outbox")

    op.drop_table("outbox")
    op.drop_table("organizations")
    op.drop_index("ix_memberships_organization_id", "memberships")
    op.drop_index("ix_memberships_clerk_id", "memberships")

    op.drop_table("memberships")
    op.drop_index("ix_invitations_organization_id", "invitations")
    op.drop_index("ix_invitations_email", "invitations")
    op.drop_index("ix_invitations_clerk_id", "invitations")

    op.drop_table("invitations")
    op.drop_index("ix_inbox_mentions_svix_id", "inbox_mentions")

    op.drop_table("inbox_mentions")
    op.drop_index("ix_inbox_resource_id", "inbox")
    op.drop_index("ix_inbox_received_at", "inbox")
    op.drop_index("ix_inbox_clerk_id", "inbox")

    op.drop_table("inbox")
    op.drop_table("erasure_register")
    op.drop_index("ix_domains_organization_id", "domains")

    op.drop_table("domains")
    op.drop_table("disclosures")
    op.drop_index("ix_dead_letters_received_at", "dead_letters")

    op.drop_table("dead_letters")
    op.drop_index("ix_billing_snapshots_clerk_id", "billing_snapshots")

    op.drop_table("billing_snapshots")
