"""Which key of the keyring wraps the keys of the cases; written when the store is opened.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table with one row."""
    op.create_table(
        "storage_key",
        sa.Column("only", sa.Integer, nullable=False, autoincrement=False),
        sa.Column(
            "kek_id", sa.String(16), nullable=False, comment="which key of the keyring wraps the keys of the cases"
        ),
        sa.PrimaryKeyConstraint("only", name="pk_storage_key"),
        sa.CheckConstraint('"only" = 1', name="ck_storage_key_only"),
    )
