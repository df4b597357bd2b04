"""The store: journal, outbox, inbox, quarantine and partners of one party, changed in transactions.

One ``UnitOfWork`` is one transaction: leaving its context commits, an exception rolls back. Steps, sealed message
and audit lines of one act go into one unit of work (the outbox promise); so do inbox row, steps and receipt.
Personal content is sealed under a key per case; the journal's public part is pseudonymous (R52).
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.domain.checkpoint import Checkpoint, SignedCheckpoint
from gateway.domain.entry import PublicEntry
from gateway.domain.messages import Kind
from gateway.domain.party import Party
from gateway.domain.steps import Step
from gateway.ports.transport import Lane

GATEWAY_CASE = "gateway"
"""The journal of the gateway itself: partners, quarantine, invoices; a case that belongs to nobody."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal with its content opened.

    Attributes:
        sequence: 1, 2, 3 ... over the whole journal.
        case_id: As used by the application.
        recorded_at: When it was written.
        step: The step itself.
    """

    sequence: int
    case_id: str
    recorded_at: datetime
    step: Step


class ContentState(StrEnum):
    """What became of the content that an entry of the journal commits to."""

    KEPT = "kept"
    ERASED = "erased"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of the journal as it lies in the store, for who checks it or proves something by it.

    Attributes:
        entry: Its public part, exactly as it stands there.
        content: Whether the sealed content is what the entry commits to; None when it was not looked at.
    """

    entry: PublicEntry
    content: ContentState | None = None


@dataclass(frozen=True, slots=True)
class EntryContent:
    """What one entry commits to, opened.

    Attributes:
        case_id: As used by the application.
        value: Salt and content; SHA-256 of it is the commitment.
    """

    case_id: str
    value: bytes


class OutboxState(StrEnum):
    """Life of an outgoing message."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    REFUSED = "refused"
    DROPPED = "dropped"
    UNDELIVERABLE = "undeliverable"


FINAL_OUTBOX_STATES = frozenset(
    {OutboxState.DELIVERED, OutboxState.REFUSED, OutboxState.DROPPED, OutboxState.UNDELIVERABLE}
)


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One outgoing message.

    Attributes:
        message_id: UUID text.
        case_id: The case it belongs to; GATEWAY_CASE for invoices.
        kind: Message kind.
        recipient: Party id.
        lane: Cases or billing.
        referral_id: Conversation; None for invoices and receipts.
        sequence: Place in the conversation; None when unsequenced.
        body: The sealed envelope: the same bytes for every attempt.
        digest: SHA-256 hex of the inner signing input.
        needs_receipt: False for receipts themselves.
        state: Where it is.
        attempts: Publish attempts so far.
        next_attempt_at: When the relay may (re)send it; for SENT, when the receipt is overdue.
        created_at: When it was put in.
        reason: Code of the last failure, drop or refusal.
    """

    message_id: str
    case_id: str
    kind: Kind
    recipient: str
    lane: Lane
    referral_id: str | None
    sequence: int | None
    body: bytes
    digest: str
    needs_receipt: bool
    state: OutboxState
    attempts: int
    next_attempt_at: datetime
    created_at: datetime
    reason: str | None = None


class InboxState(StrEnum):
    """Life of an incoming message."""

    PROCESSED = "processed"
    PARKED = "parked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One incoming message that was opened and verified.

    Attributes:
        sender, message_id: Together unique.
        digest: Of the inner signing input; another digest under the same id is an alarm.
        case_id: The case it changed; None while parked or refused.
        kind: Message kind.
        referral_id, sequence: Conversation and place.
        state: Processed, parked (waits for an earlier one) or refused.
        received_at: When.
        receipt_id: Message id of our receipt in the outbox; None while parked.
        body: Sealed bytes as received, kept while parked.
        reason: Code, when refused.
    """

    sender: str
    message_id: str
    digest: str
    kind: Kind
    state: InboxState
    received_at: datetime
    case_id: str | None = None
    referral_id: str | None = None
    sequence: int | None = None
    receipt_id: str | None = None
    body: bytes | None = None
    reason: str | None = None


class QuarantineState(StrEnum):
    """Life of a message that could not be understood."""

    HELD = "held"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """A delivery that could not be opened, verified or understood.

    Attributes:
        item_id: Local UUID text.
        message_id, sender: As claimed; may be false or empty.
        lane: By which lane it came.
        body: As received.
        reason: Local reason code.
        received_at: When.
        state: Held, replayed or discarded.
    """

    item_id: str
    message_id: str
    sender: str
    lane: Lane
    body: bytes
    reason: str
    received_at: datetime
    state: QuarantineState = QuarantineState.HELD


@dataclass(frozen=True, slots=True)
class Partner:
    """A party we exchange with, as onboarded.

    Attributes:
        party: Who.
        manifest: Its key manifest, as pinned (compact JWS).
        fingerprint: Of its identity key, as compared by people.
        classical_until: End of the exception for a partner without the hybrid suite; None when it has it.
        recipients: Recipient texts (organisations, ``organisation/person``) this party serves, besides its own id.
    """

    party: Party
    manifest: str
    fingerprint: str
    classical_until: datetime | None = None
    recipients: tuple[str, ...] = ()


class UnitOfWork(Protocol):
    """One transaction. Reads see its own writes."""

    async def append(self, case_id: str, steps: Sequence[Step]) -> None:
        """Append steps to a case's journal, opening the case (and its key) when it is new."""
        ...

    async def steps(self, case_id: str) -> list[Step]:
        """All steps of a case in journal order; empty when unknown."""
        ...

    async def entries(self, case_id: str) -> list[JournalEntry]:
        """The same, with sequence and time of recording."""
        ...

    async def case_ids(self) -> list[str]:
        """All cases, oldest first, without GATEWAY_CASE."""
        ...

    async def erase(self, case_id: str) -> None:
        """Destroy the key of a case: its content is gone for ever, the journal's public part and tree stay (R58).

        Afterwards ``steps`` and ``entries`` of the case are empty and ``case_ids`` does not name it. Deliveries and
        conversations outlive it: outbox, inbox and the partner of a referral stay as they were. A later ``append``
        begins the case anew, under a new key. RefusedError for GATEWAY_CASE.
        """
        ...

    async def case_of_referral(self, referral_id: str) -> str | None:
        """The case a referral belongs to, from what ``bind_referral`` noted."""
        ...

    async def bind_referral(self, referral_id: str, case_id: str, partner: str) -> None:
        """Note which case and partner a conversation belongs to; idempotent for the same values, else RefusedError."""
        ...

    async def partner_of_referral(self, referral_id: str) -> str | None:
        """The partner of a conversation; no other party may speak in it."""
        ...

    async def checkpoint(self) -> Checkpoint:
        """Size and root (hex) of the journal tree."""
        ...

    async def leaves(self, after: int, limit: int, *, with_content: bool = False) -> list[Leaf]:
        """Entries of the journal with a sequence above ``after``, in order, at most ``limit``.

        Args:
            after: 0 for the very first row, whatever its number.
            limit: At most so many.
            with_content: Open and check what each entry commits to; half of the work.

        Raises:
            OperatorError: ``journal-unreadable``: a row was changed into something that is no entry.
        """
        ...

    async def content(self, sequence: int) -> EntryContent | None:
        """What an entry commits to; None when there is no such entry or its case was erased."""
        ...

    async def save_checkpoint(self, signed: SignedCheckpoint) -> None:
        """Keep a signed checkpoint of our own; a second one of the same size takes the place of the first."""
        ...

    async def newest_checkpoint(self) -> SignedCheckpoint | None:
        """The signed checkpoint of our own with the largest size."""
        ...

    async def signed_checkpoints(self) -> list[SignedCheckpoint]:
        """All signed checkpoints of our own, smallest first."""
        ...

    async def save_witnessed(self, partner: str, signed: SignedCheckpoint) -> bool:
        """Keep a partner's checkpoint; False when one of that size, root and time is kept already."""
        ...

    async def witnessed(self, partner: str) -> list[SignedCheckpoint]:
        """All checkpoints of a partner that we hold, smallest first."""
        ...

    async def newest_witnessed(self, partner: str) -> SignedCheckpoint | None:
        """The one with the largest size, and of these the one signed last."""
        ...

    async def contradicting(self, partner: str, signed: SignedCheckpoint) -> SignedCheckpoint | None:
        """A checkpoint of the partner that contradicts this one (``gateway.domain.checkpoint.contradicts``), if any."""
        ...

    async def next_sequence(self, referral_id: str, recipient: str) -> int:
        """The next outgoing number of a conversation: 1, 2, 3 ...; taken by ``enqueue``, not by asking."""
        ...

    async def enqueue(self, item: OutboxItem) -> None:
        """Put a sealed message in the outbox.

        Its message id is new, and so is its place in the conversation, unless the message there was dropped;
        OperatorError otherwise.
        """
        ...

    async def due(self, at: datetime, limit: int) -> list[OutboxItem]:
        """Messages to publish now: PENDING or SENT with ``next_attempt_at <= at``.

        Oldest first: by when they became due, then by their place in the outbox.
        Per conversation only the head of the line: no item is returned while an earlier sequence is PENDING
        (that is: not yet confirmed), except that head itself.
        """
        ...

    async def update_outbox(self, item: OutboxItem) -> None:
        """Write back state, attempts, next attempt and reason of an item, and nothing else of it."""
        ...

    async def outbox_item(self, message_id: str) -> OutboxItem | None:
        """One outgoing message."""
        ...

    async def outbox(self, case_id: str | None = None) -> list[OutboxItem]:
        """All outgoing messages, oldest first; of one case when given."""
        ...

    async def inbox_item(self, sender: str, message_id: str) -> InboxItem | None:
        """One incoming message."""
        ...

    async def save_inbox(self, item: InboxItem) -> None:
        """Insert, or replace the row of the same sender and id."""
        ...

    async def last_received(self, sender: str, referral_id: str) -> int:
        """Highest sequence settled (processed or refused) from this sender in a conversation; 0 when none."""
        ...

    async def parked(self, sender: str, referral_id: str, sequence: int) -> InboxItem | None:
        """The parked message with that place in the line."""
        ...

    async def inbox(self, case_id: str | None = None) -> list[InboxItem]:
        """All incoming messages, oldest first; of one case when given."""
        ...

    async def save_quarantine(self, item: QuarantineItem) -> None:
        """Insert or update one quarantined delivery."""
        ...

    async def quarantine(self) -> list[QuarantineItem]:
        """All quarantined deliveries, oldest first."""
        ...

    async def save_partner(self, partner: Partner) -> None:
        """Insert or replace a partner by party id."""
        ...

    async def partners(self) -> list[Partner]:
        """All partners, by party id."""
        ...


class Store(Protocol):
    """One party's store."""

    async def open(self) -> None:
        """Connect and bring the schema up to date; raises OperatorError with what to do."""
        ...

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Start a transaction; TemporaryError when the store is busy, OperatorError when it is unusable.

        Units of work take turns: what was read holds until the commit. So do not begin one inside another, and do
        not wait for the network within one.
        """
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...
