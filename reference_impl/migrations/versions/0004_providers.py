"""Les tables des autres expéditeurs : Stripe, Resend, EasyPost et Shippo."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Appliquer la migration."""
    op.create_table(
        "email_inbox",
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id"),
    )
    op.create_table(
        "emails",
        sa.Column("email_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("scheduled_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("delayed_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("clicked_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("suppressed_at", sa.BigInteger(), nullable=True),
        sa.Column("bounced_at", sa.BigInteger(), nullable=True),
        sa.Column("complained_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("email_id"),
    )
    op.create_table(
        "invoices",
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("subscription_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount_paid", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.Column("event_at", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("invoice_id"),
    )
    op.create_index("ix_invoices_customer_id", "invoices", ["customer_id"])
    op.create_table(
        "parcels",
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking_number", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_detail", sa.String(), nullable=True),
        sa.Column("status_at", sa.BigInteger(), nullable=False),
        sa.Column("eta", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("provider", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("carrier", "tracking_number"),
    )
    op.create_index("ix_parcels_order_id", "parcels", ["order_id"])
    op.create_table(
        "payments",
        sa.Column("payment_intent_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("clerk_id", sa.String(), nullable=True),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("amount_received", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("unlinked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("event_at", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("payment_intent_id"),
    )
    op.create_index("ix_payments_clerk_id", "payments", ["clerk_id"])
    op.create_index("ix_payments_order_id", "payments", ["order_id"])
    op.create_table(
        "shipping_inbox",
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id"),
    )
    op.create_table(
        "stripe_inbox",
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("active_since", sa.BigInteger(), nullable=False),
        sa.Column("last_invoice_id", sa.String(), nullable=False),
        sa.Column("last_paid_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "subscription_id"),
    )
    op.create_table(
        "unusable_addresses",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )


def downgrade() -> None:
    """Défaire la migration."""
    op.drop_table("unusable_addresses")
    op.drop_table("subscriptions")
    op.drop_table("stripe_inbox")
    op.drop_table("shipping_inbox")
    op.drop_index("ix_payments_order_id", "payments")
    op.drop_index("ix_payments_clerk_id", "payments")
    op.drop_table("payments")
    op.drop_index("ix_parcels_order_id", "parcels")
    op.drop_table("parcels")
    op.drop_index("ix_invoices_customer_id", "invoices")
    op.drop_table("invoices")
    op.drop_table("emails")
    op.drop_table("email_inbox")
