"""Signed checkpoints: our own, and those of partners whose witness we are.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing is made for entries of the past: the first receipt after this has them all under its checkpoint."""
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("signed_at", _INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="a signed note; our own"),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoints"),
    )
    op.create_table(
        "witnessed",
        sa.Column("partner", sa.String(48), nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("signed_at", _INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="a signed note; the partner's"),
        sa.PrimaryKeyConstraint("partner", "size", "root", "signed_at", name="pk_witnessed"),
    )
