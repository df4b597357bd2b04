"""A small index on messages that the other side refused and nobody has looked at.

Revision ID: 0007
"""

from alembic import op

from adapters.sql.tables import IS_REFUSED

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """They are counted for an alert, by partner and kind."""
    op.create_index(
        "ix_outbox_refused",
        "outbox",
        ["recipient", "kind", "created_at"],
        sqlite_where=IS_REFUSED,
        postgresql_where=IS_REFUSED,
    )
