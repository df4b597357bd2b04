"""The tables. The schema in a database comes from the migrations; a test keeps both the same.

In clear: times, states, party ids, message ids, message and step codes, digests, and pseudonyms. Everything else is
sealed; what must be found again without being readable has a blind index (``…_index``). Bodies lie in tables of their
own, so that a change of state does not rewrite them.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from typing_extensions import override


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC with microseconds and read back aware, also where the database forgets it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive instant is a defect and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

IS_UNSETTLED = text("state IN ('pending', 'sent')")
"""Written out, not bound: SQLite uses a partial index only for the very words of its condition."""
IS_LOST = text("state = 'undeliverable'")
IS_REFUSED = text("state = 'refused'")
IS_PARKED = text("state = 'parked'")
IS_HELD = text("state = 'held'")
IS_OUT_OF_THE_WAY = text("state NOT IN ('pending', 'sent', 'delivered')")
IS_NOT_TAKEN_IN = text("state <> 'processed'")
"""What few messages are: a list of these looks at few."""
IS_QUESTION = text("kind = 'availability-asked'")
IS_REQUEST = text("kind = 'information-requested'")
IS_COUNTED = text("kind IN ('referral-requested', 'invoice-issued')")
IS_KEPT = text("state <> 'dropped'")
"""A dropped message leaves its place in the line to the one that goes instead."""

cases = Table(
    "cases",
    metadata,
    Column("case_ref", String(32), primary_key=True),
    Column("case_index", String(64), unique=True, comment="NULL once erased"),
    Column("sealed_id", LargeBinary, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("former_index", String(64), index=True, comment="case_index of an erased case: finds its pseudonymous log"),
)

former_numbers = Table(
    "former_numbers",
    metadata,
    Column("case_ref", ForeignKey("cases.case_ref"), primary_key=True),
    Column("number_index", String(64), primary_key=True, index=True, comment="by what an erased number is kept as"),
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("case_ref", ForeignKey("cases.case_ref"), primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
)

storage_key = Table(
    "storage_key",
    metadata,
    Column("only", Integer, CheckConstraint('"only" = 1', name="only"), primary_key=True, autoincrement=False),
    Column("kek_id", String(16), nullable=False, comment="which key of the keyring wraps the keys of the cases"),
)

journal = Table(
    "journal",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("case_ref", ForeignKey("cases.case_ref"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("actor_role", String(40), nullable=False),
    Column("organisation", Text, nullable=False),
    Column("code", String(60), nullable=False),
    Column("rules", Text, nullable=False, comment="separated by spaces"),
    Column("outcome", String(20), nullable=False),
    Column("message_id", Text),
    Column("commitment", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "case_ref", "sequence"),
)

tree = Table(
    "tree",
    metadata,
    Column("only", Integer, CheckConstraint('"only" = 1', name="only"), primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("subtrees", LargeBinary, nullable=False, comment="hashes of 32 bytes, largest subtree first"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", String(64), nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("note", Text, nullable=False, comment="a signed note; our own"),
)

witnessed = Table(
    "witnessed",
    metadata,
    Column("partner", String(48), primary_key=True),
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", String(64), primary_key=True),
    Column("signed_at", Instant, primary_key=True),
    Column("note", Text, nullable=False, comment="a signed note; the partner's"),
)

referrals = Table(
    "referrals",
    metadata,
    Column("referral_index", String(64), primary_key=True),
    Column("partner", String(48), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("case_index", String(64), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("recipient", String(48), nullable=False),
    Column("lane", String(20), nullable=False),
    Column("referral_index", String(64)),
    Column("sequence", Integer),
    Column("digest", String(64), nullable=False),
    Column("needs_receipt", Boolean, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_reason", LargeBinary),
    Column("owner", String(32), comment="the worker that claimed it"),
    Column("is_brief", Boolean, comment="whether its body goes as soon as it is delivered"),
    Index("ix_outbox_time", "created_at", "position"),
    Index(
        "ix_outbox_aside",
        "created_at",
        "position",
        sqlite_where=IS_OUT_OF_THE_WAY,
        postgresql_where=IS_OUT_OF_THE_WAY,
    ),
    Index("ix_outbox_line", "referral_index", "recipient", "sequence"),
    Index("ix_outbox_due", "next_attempt_at", "position", sqlite_where=IS_UNSETTLED, postgresql_where=IS_UNSETTLED),
    Index("ix_outbox_lost", "recipient", "created_at", sqlite_where=IS_LOST, postgresql_where=IS_LOST),
    Index("ix_outbox_refused", "recipient", "kind", "created_at", sqlite_where=IS_REFUSED, postgresql_where=IS_REFUSED),
    Index(
        "uq_outbox_place",
        "referral_index",
        "recipient",
        "sequence",
        unique=True,
        sqlite_where=IS_KEPT,
        postgresql_where=IS_KEPT,
    ),
    sqlite_autoincrement=True,
)

outbox_bodies = Table(
    "outbox_bodies",
    metadata,
    Column("position", ForeignKey("outbox.position"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("sender", String(48), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("case_index", String(64), index=True),
    Column("referral_index", String(64)),
    Column("sequence", Integer),
    Column("receipt_id", Text),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("sender", "message_id"),
    Index("ix_inbox_message_id", "message_id"),
    Index("ix_inbox_time", "received_at", "position"),
    Index("ix_inbox_aside", "received_at", "position", sqlite_where=IS_NOT_TAKEN_IN, postgresql_where=IS_NOT_TAKEN_IN),
    Index("ix_inbox_line", "referral_index", "sender", "sequence"),
    Index("ix_inbox_question", "sender", "received_at", sqlite_where=IS_QUESTION, postgresql_where=IS_QUESTION),
    Index("ix_inbox_request", "received_at", sqlite_where=IS_REQUEST, postgresql_where=IS_REQUEST),
    Index("ix_inbox_counted", "sender", "kind", "received_at", sqlite_where=IS_COUNTED, postgresql_where=IS_COUNTED),
    Index("ix_inbox_refused", "sender", "received_at", sqlite_where=IS_REFUSED, postgresql_where=IS_REFUSED),
    Index("ix_inbox_parked", "sender", "received_at", sqlite_where=IS_PARKED, postgresql_where=IS_PARKED),
    sqlite_autoincrement=True,
)

inbox_bodies = Table(
    "inbox_bodies",
    metadata,
    Column("position", ForeignKey("inbox.position"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("item_id", Text, nullable=False, unique=True),
    Column("lane", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("bytes_index", String(64), index=True, comment="blind index of sender and body"),
    Column("share_index", String(64), comment="blind index of whose ceiling it counts under"),
    Column("kept_bytes", Integer, comment="length of the body, 0 when it was never kept"),
    Column("message_index", String(64), index=True, comment="blind index of the id it claims; NULL before 0012"),
    Index("ix_quarantine_time", "received_at", "position"),
    Index("ix_quarantine_held", "share_index", sqlite_where=IS_HELD, postgresql_where=IS_HELD),
    sqlite_autoincrement=True,
)

quarantine_bodies = Table(
    "quarantine_bodies",
    metadata,
    Column("position", ForeignKey("quarantine.position"), primary_key=True),
    Column("sealed_body", LargeBinary, nullable=False),
)

partners = Table(
    "partners",
    metadata,
    Column("party_id", String(48), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

routes = Table(
    "routes",
    metadata,
    Column("partner", String(48), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("cause", String(40)),
    Column("opened_at", Instant),
    Column("probe_at", Instant),
    Column("paused_at", Instant),
    Column("sealed_reason", LargeBinary, comment="why it is paused, as the operator said"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("raised_at", Instant, nullable=False),
    Column("cleared_at", Instant),
)

work_items = Table(
    "work_items",
    metadata,
    Column("case_ref", ForeignKey("cases.case_ref"), primary_key=True),
    Column("item_index", String(64), primary_key=True, comment="blind index of kind and id"),
    Column("kind", String(20), nullable=False),
    Column("state", String(60), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("partner_index", String(64), comment="blind index of the partner, as the steps name it"),
    Column("whom", String(40), comment="whose turn it is"),
    Column("due_on", String(10), nullable=False, comment="the last Dutch day; 9999-12-31 for none"),
    Column("since", Instant, nullable=False, comment="since when it waits, or when it began"),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_work_items_place", "kind", "due_on", "since", "case_ref", "item_index"),
    Index("ix_work_items_open", "kind", "is_open", "due_on", "since", "case_ref", "item_index"),
    Index("ix_work_items_whom", "kind", "whom", "due_on", "since", "case_ref", "item_index"),
)

case_summaries = Table(
    "case_summaries",
    metadata,
    Column("case_ref", ForeignKey("cases.case_ref"), primary_key=True),
    Column("version", Integer, nullable=False, comment="steps, readings apart"),
    Column("holds_until", Instant, index=True, comment="from when on time alone may have changed it"),
    Column("made_by", String(16), nullable=False, index=True, comment="which program, side and policy made it"),
    Column("sealed", LargeBinary, nullable=False, comment="blind indexes of the names of its physicians"),
)

case_people = Table(
    "case_people",
    metadata,
    Column("case_ref", ForeignKey("cases.case_ref"), primary_key=True),
    Column("person_index", String(64), primary_key=True, index=True),
)
