"""Ways out that are paused or rest, alerts, and finding again what was discarded.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

from adapters.sql.tables import IS_LOST, IS_PARKED, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, one blind index, and two small indexes on what is stuck."""
    op.create_table(
        "routes",
        sa.Column("partner", sa.String(48), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("cause", sa.String(40)),
        sa.Column("opened_at", Instant),
        sa.Column("probe_at", Instant),
        sa.Column("paused_at", Instant),
        sa.Column("sealed_reason", sa.LargeBinary, comment="why it is paused, as the operator said"),
        sa.PrimaryKeyConstraint("partner", name="pk_routes"),
    )
    op.create_table(
        "alerts",
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("cleared_at", Instant),
        sa.PrimaryKeyConstraint("code", "subject", name="pk_alerts"),
    )
    op.add_column("quarantine", sa.Column("bytes_index", sa.String(64), comment="blind index of sender and body"))
    op.create_index("ix_quarantine_bytes_index", "quarantine", ["bytes_index"])
    op.create_index(
        "ix_outbox_lost", "outbox", ["recipient", "created_at"], sqlite_where=IS_LOST, postgresql_where=IS_LOST
    )
    op.create_index(
        "ix_inbox_parked", "inbox", ["sender", "received_at"], sqlite_where=IS_PARKED, postgresql_where=IS_PARKED
    )
