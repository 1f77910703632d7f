"""Les tables des scénarios : statistiques et alertes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Appliquer la migration."""
    op.create_table(
        "activity_weeks",
        sa.Column("clerk_id", sa.String(), nullable=False),
        sa.Column("week", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("clerk_id", "week"),
    )
    op.create_index("ix_activity_weeks_week", "activity_weeks", ["week"])
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("clerk_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
    )
    op.create_index("ix_alerts_clerk_id", "alerts", ["clerk_id"])
    op.create_index("ix_alerts_created_at", "alerts", ["created_at"])
    op.create_table(
        "departed_activity",
        sa.Column("cohort", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cohort", "week"),
    )
    op.create_table(
        "session_signals",
        sa.Column("signal_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("clerk_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("signal_id"),
    )
    op.create_index("ix_session_signals_alert_id", "session_signals", ["alert_id"])
    op.create_index("ix_session_signals_clerk_id", "session_signals", ["clerk_id"])
    op.create_index("ix_session_signals_created_at", "session_signals", ["created_at"])


def downgrade() -> None:
    """Défaire la migration."""
    op.drop_index("ix_session_signals_created_at", "session_signals")
    op.drop_index("ix_session_signals_clerk_id", "session_signals")
    op.drop_index("ix_session_signals_alert_id", "session_signals")
    op.drop_table("session_signals")
    op.drop_table("departed_activity")
    op.drop_index("ix_alerts_created_at", "alerts")
    op.drop_index("ix_alerts_clerk_id", "alerts")
    op.drop_table("alerts")
    op.drop_index("ix_activity_weeks_week", "activity_weeks")
    op.drop_table("activity_weeks")
