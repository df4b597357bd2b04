"""What finds the pseudonymous log of a case whose content was erased.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cases that were erased before this cannot be found by their id any more."""
    comment = "case_index of an erased case: finds its pseudonymous log"
    op.add_column("cases", sa.Column("former_index", sa.String(64), comment=comment))
    op.create_index("ix_cases_former_index", "cases", ["former_index"])
