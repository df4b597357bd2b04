"""Under whose ceiling a held delivery counts, how many of its bytes are kept, and who asked whether there is room.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

from adapters.sql.tables import IS_HELD, IS_QUESTION

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is held already counts under no ceiling: whose it is lies sealed."""
    whose = "blind index of whose ceiling it counts under"
    op.add_column("quarantine", sa.Column("share_index", sa.String(64), comment=whose))
    how_much = "length of the body, 0 when it was never kept"
    op.add_column("quarantine", sa.Column("kept_bytes", sa.Integer, comment=how_much))
    op.create_index(
        "ix_inbox_question",
        "inbox",
        ["sender", "received_at"],
        sqlite_where=IS_QUESTION,
        postgresql_where=IS_QUESTION,
    )
    op.create_index("ix_quarantine_held", "quarantine", ["share_index"], sqlite_where=IS_HELD, postgresql_where=IS_HELD)
