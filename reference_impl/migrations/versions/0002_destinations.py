"""Une file par destinataire : chaque effet dit le sien, et chaque destinataire peut se reposer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DUE = sa.text("done_at IS NULL")


def upgrade() -> None:
    """Appliquer la migration. Un avis d'effacement va à son destinataire ; le reste, ce sont des messages."""
    op.create_table(
        "destinations",
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("destination"),
    )
    op.drop_index("ix_outbox_due", "outbox")
    op.add_column("outbox", sa.Column("destination", sa.String(), nullable=True))
    postgresql = op.get_bind().dialect.name == "postgresql"
    recipient = "payload ->> 'recipient'" if postgresql else "json_extract(payload, '$.recipient')"
    op.execute(f"UPDATE outbox SET destination = {recipient} WHERE kind = 'art19'")
    op.execute("UPDATE outbox SET destination = 'email' WHERE destination IS NULL")
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("destination", existing_type=sa.String(), nullable=False)
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["destination", "attempts", "next_attempt_at"],
        postgresql_where=DUE,
        sqlite_where=DUE,
    )


def downgrade() -> None:
    """Défaire la migration."""
    op.drop_index("ix_outbox_due", "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("destination")
    op.create_index("ix_outbox_due", "outbox", ["next_attempt_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.drop_table("destinations")
