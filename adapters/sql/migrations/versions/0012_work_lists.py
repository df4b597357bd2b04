"""What work lists keep of each case beside its steps, made when a list is read first, and indexes for messages.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

from adapters.sql.tables import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_CLAIMED = "blind index of the id it claims; NULL before 0012"


def upgrade() -> None:
    """Nothing is kept yet of the cases that are there; the first list makes it."""
    op.create_table(
        "work_items",
        sa.Column("case_ref", sa.String(32), nullable=False),
        sa.Column("item_index", sa.String(64), nullable=False, comment="blind index of kind and id"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("partner_index", sa.String(64), comment="blind index of the partner, as the steps name it"),
        sa.Column("whom", sa.String(40), comment="whose turn it is"),
        sa.Column("due_on", sa.String(10), nullable=False, comment="the last Dutch day; 9999-12-31 for none"),
        sa.Column("since", Instant(), nullable=False, comment="since when it waits, or when it began"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_ref", "item_index", name="pk_work_items"),
        sa.ForeignKeyConstraint(["case_ref"], ["cases.case_ref"], name="fk_work_items_case_ref"),
    )
    place = ["due_on", "since", "case_ref", "item_index"]
    op.create_index("ix_work_items_place", "work_items", ["kind", *place])
    op.create_index("ix_work_items_open", "work_items", ["kind", "is_open", *place])
    op.create_index("ix_work_items_whom", "work_items", ["kind", "whom", *place])
    op.create_table(
        "case_summaries",
        sa.Column("case_ref", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="steps, readings apart"),
        sa.Column("holds_until", Instant(), comment="from when on time alone may have changed it"),
        sa.Column("made_by", sa.String(16), nullable=False, comment="which program, side and policy made it"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="blind indexes of the names of its physicians"),
        sa.PrimaryKeyConstraint("case_ref", name="pk_case_summaries"),
        sa.ForeignKeyConstraint(["case_ref"], ["cases.case_ref"], name="fk_case_summaries_case_ref"),
    )
    op.create_index("ix_case_summaries_holds_until", "case_summaries", ["holds_until"])
    op.create_index("ix_case_summaries_made_by", "case_summaries", ["made_by"])
    op.create_table(
        "case_people",
        sa.Column("case_ref", sa.String(32), nullable=False),
        sa.Column("person_index", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("case_ref", "person_index", name="pk_case_people"),
        sa.ForeignKeyConstraint(["case_ref"], ["cases.case_ref"], name="fk_case_people_case_ref"),
    )
    op.create_index("ix_case_people_person_index", "case_people", ["person_index"])
    op.add_column("quarantine", sa.Column("message_index", sa.String(64), comment=_CLAIMED))
    op.create_index("ix_quarantine_message_index", "quarantine", ["message_index"])
    op.create_index("ix_quarantine_time", "quarantine", ["received_at", "position"])
    op.create_index("ix_inbox_message_id", "inbox", ["message_id"])
    op.create_index("ix_inbox_time", "inbox", ["received_at", "position"])
    few = sa.text("state <> 'processed'")
    op.create_index("ix_inbox_aside", "inbox", ["received_at", "position"], sqlite_where=few, postgresql_where=few)
    op.create_index("ix_outbox_time", "outbox", ["created_at", "position"])
    few = sa.text("state NOT IN ('pending', 'sent', 'delivered')")
    op.create_index("ix_outbox_aside", "outbox", ["created_at", "position"], sqlite_where=few, postgresql_where=few)
