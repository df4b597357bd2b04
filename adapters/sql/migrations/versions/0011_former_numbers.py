"""What tells that a number reads like that of an erased case.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cases that were erased before this are found by their very number only: it is not known how that reads."""
    op.create_table(
        "former_numbers",
        sa.Column("case_ref", sa.String(32), nullable=False),
        sa.Column("number_index", sa.String(64), nullable=False, comment="by what an erased number is kept as"),
        sa.PrimaryKeyConstraint("case_ref", "number_index", name="pk_former_numbers"),
        sa.ForeignKeyConstraint(["case_ref"], ["cases.case_ref"], name="fk_former_numbers_case_ref"),
    )
    op.create_index("ix_former_numbers_number_index", "former_numbers", ["number_index"])
