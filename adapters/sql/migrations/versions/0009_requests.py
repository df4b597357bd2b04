"""Which requests for information have no answer yet.

Revision ID: 0009
"""

from alembic import op

from adapters.sql.tables import IS_REQUEST

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Find them by when they came."""
    op.create_index("ix_inbox_request", "inbox", ["received_at"], sqlite_where=IS_REQUEST, postgresql_where=IS_REQUEST)
