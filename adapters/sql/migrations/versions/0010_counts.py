"""What a partner said, counted for its ceilings; and which receipts keep no body once they are delivered.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

from adapters.sql.tables import IS_COUNTED, IS_REFUSED

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Receipts from before keep their bodies for their term."""
    what = "whether its body goes as soon as it is delivered"
    op.add_column("outbox", sa.Column("is_brief", sa.Boolean, comment=what))
    for name, columns, condition in (
        ("ix_inbox_counted", ["sender", "kind", "received_at"], IS_COUNTED),
        ("ix_inbox_refused", ["sender", "received_at"], IS_REFUSED),
    ):
        op.create_index(name, "inbox", columns, sqlite_where=condition, postgresql_where=condition)
