"""Journal, deliveries, quarantine and partners.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)

_APPEND_ONLY = {
    "sqlite": (
        """
        CREATE TRIGGER journal_is_not_updated BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
        """,
        """
        CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
        """,
        """
        CREATE TRIGGER journal_has_no_gaps BEFORE INSERT ON journal
        WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM journal)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE FUNCTION journal_has_no_gaps() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM journal) THEN
                RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER journal_is_not_changed BEFORE UPDATE OR DELETE ON journal
        FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()
        """,
        """
        CREATE TRIGGER journal_is_not_truncated BEFORE TRUNCATE ON journal
        FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()
        """,
        """
        CREATE TRIGGER journal_has_no_gaps BEFORE INSERT ON journal
        FOR EACH ROW EXECUTE FUNCTION journal_has_no_gaps()
        """,
    ),
}


def upgrade() -> None:
    """Make everything; there was nothing before."""
    _create_cases()
    _create_journal()
    _create_outbox()
    _create_inbox()
    _create_quarantine()
    _create_partners()


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_ref", sa.String(32), nullable=False),
        sa.Column("case_index", sa.String(64), comment="NULL once erased"),
        sa.Column("sealed_id", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("case_ref", name="pk_cases"),
        sa.UniqueConstraint("case_index", name="uq_cases_case_index"),
    )
    op.create_table(
        "case_keys",
        sa.Column("case_ref", sa.String(32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["cases.case_ref"], name="fk_case_keys_case_ref"),
        sa.PrimaryKeyConstraint("case_ref", name="pk_case_keys"),
    )
    op.create_table(
        "referrals",
        sa.Column("referral_index", sa.String(64), nullable=False),
        sa.Column("partner", sa.String(48), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("referral_index", name="pk_referrals"),
    )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_ref", sa.String(32), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("actor_role", sa.String(40), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False, comment="separated by spaces"),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["cases.case_ref"], name="fk_journal_case_ref"),
        sa.PrimaryKeyConstraint("sequence", name="pk_journal"),
    )
    op.create_index("ix_journal_case_ref_sequence", "journal", ["case_ref", "sequence"])
    for trigger in _APPEND_ONLY[op.get_context().dialect.name]:
        op.execute(trigger)
    op.create_table(
        "tree",
        sa.Column("only", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("subtrees", sa.LargeBinary(), nullable=False, comment="hashes of 32 bytes, largest subtree first"),
        sa.CheckConstraint('"only" = 1', name="ck_tree_only"),
        sa.PrimaryKeyConstraint("only", name="pk_tree"),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_index", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("recipient", sa.String(48), nullable=False),
        sa.Column("lane", sa.String(20), nullable=False),
        sa.Column("referral_index", sa.String(64)),
        sa.Column("sequence", sa.Integer()),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("needs_receipt", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _INSTANT, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_case_index", "outbox", ["case_index"])
    _create_partial_index("ix_outbox_due", ["next_attempt_at", "position"], "state IN ('pending', 'sent')")
    place = ["referral_index", "recipient", "sequence"]
    op.create_index("ix_outbox_line", "outbox", place)
    _create_partial_index("uq_outbox_place", place, "state <> 'dropped'", is_unique=True)
    _create_bodies("outbox", "body")


def _create_partial_index(name: str, columns: list[str], condition: str, *, is_unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, "outbox", columns, unique=is_unique, sqlite_where=where, postgresql_where=where)


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(48), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("case_index", sa.String(64)),
        sa.Column("referral_index", sa.String(64)),
        sa.Column("sequence", sa.Integer()),
        sa.Column("receipt_id", sa.Text()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_inbox"),
        sa.UniqueConstraint("sender", "message_id", name="uq_inbox_sender_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_case_index", "inbox", ["case_index"])
    op.create_index("ix_inbox_line", "inbox", ["referral_index", "sender", "sequence"])
    _create_bodies("inbox", "body")


def _create_quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_quarantine"),
        sa.UniqueConstraint("item_id", name="uq_quarantine_item_id"),
        sqlite_autoincrement=True,
    )
    _create_bodies("quarantine", "sealed_body")


def _create_bodies(of: str, column: str) -> None:
    name = f"{of}_bodies"
    op.create_table(
        name,
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(column, sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["position"], [f"{of}.position"], name=f"fk_{name}_position"),
        sa.PrimaryKeyConstraint("position", name=f"pk_{name}"),
    )


def _create_partners() -> None:
    op.create_table(
        "partners",
        sa.Column("party_id", sa.String(48), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", name="pk_partners"),
    )
