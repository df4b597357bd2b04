"""Claims on outgoing messages, and the row of the tree that everybody waits for, from the start.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A message knows who claimed it; the empty tree is a row that can be held."""
    op.add_column("outbox", sa.Column("owner", sa.String(32), comment="the worker that claimed it"))
    tree = sa.table("tree", sa.column("only"), sa.column("size"), sa.column("subtrees", sa.LargeBinary))
    if op.get_bind().scalar(sa.select(sa.func.count()).select_from(tree)) == 0:
        op.bulk_insert(tree, [{"only": 1, "size": 0, "subtrees": b""}])
