"""What a store keeps, as the application sees it: one record per kind of row."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from gateway.domain.entry import PublicEntry
from gateway.domain.messages import Kind
from gateway.domain.party import Party
from gateway.domain.steps import Step
from gateway.ports.keyring import Vouching
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


SETTLED_OUTBOX_STATES = FINAL_OUTBOX_STATES - {OutboxState.UNDELIVERABLE}
"""Final, and nobody has to look at them any more."""


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
        body: The sealed envelope: the same bytes for every attempt; ``b""`` once its term was over.
        digest: SHA-256 hex of the inner signing input.
        needs_receipt: False for receipts themselves.
        state: Where it is.
        attempts: How often it was claimed for publishing; only grows, and so tells one claim from a later one.
        next_attempt_at: When a worker may claim it: to send it, for SENT because the receipt is overdue, and
            while it is claimed because the claim has run out.
        created_at: When it was put in.
        reason: Code of the last failure, drop or refusal.
        owner: The worker that claimed it and has not settled it; None otherwise.
        is_brief: Whether its body goes as soon as it is delivered: a receipt that refuses, made anew when needed.
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
    owner: str | None = None
    is_brief: bool = False


class InboxState(StrEnum):
    """Life of an incoming message."""

    PROCESSED = "processed"
    PARKED = "parked"
    REFUSED = "refused"
    DISCARDED = "discarded"
    """Given up while parked: refused, but its turn in the line has not come yet."""


WAITING_INBOX_STATES = frozenset({InboxState.PARKED, InboxState.DISCARDED})
"""Their turn in the line has not come yet."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One incoming message that was opened and verified.

    Attributes:
        sender, message_id: Together unique.
        digest: Of the inner signing input; another digest under the same id is an alarm.
        case_id: The case it changed; None while parked or refused.
        kind: Message kind.
        referral_id, sequence: Conversation and place.
        state: Processed, parked (waits for an earlier one), refused or discarded.
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
    """Given up: the same bytes of that sender have no effect however often they come."""
    SET_ASIDE = "set-aside"
    """Given up as it came, under names that the road gave it: under its own names it is taken in."""


SETTLED_QUARANTINE_STATES = frozenset(QuarantineState) - {QuarantineState.HELD}


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """A delivery that could not be opened, verified or understood.

    Attributes:
        item_id: Local UUID text.
        message_id, sender: As claimed; may be false or empty.
        lane: By which lane it came.
        body: As received; ``b""`` once its term was over, when it was never kept, and in lists, which read no bodies.
        reason: Local reason code.
        received_at: When.
        state: Held, replayed or discarded.
        share: Under whose ceiling it counts: the partner's id, or ``STRANGERS``; ``""`` before there were ceilings.
        size: Bytes received.
        digest: SHA-256 hex of the body.
    """

    item_id: str
    message_id: str
    sender: str
    lane: Lane
    body: bytes
    reason: str
    received_at: datetime
    state: QuarantineState = QuarantineState.HELD
    share: str = ""
    size: int = 0
    digest: str = ""

    def __post_init__(self) -> None:
        """Measure the body, where that was not done yet."""
        if self.body and not self.digest:
            object.__setattr__(self, "size", len(self.body))
            object.__setattr__(self, "digest", sha256(self.body).hexdigest())


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is of something, and of how many bytes."""

    count: int
    size: int


@dataclass(frozen=True, slots=True)
class Partner:
    """A party we exchange with, as onboarded.

    Attributes:
        party: Who.
        manifest: Its key manifest, as pinned (compact JWS).
        fingerprint: Of its identity key, as compared by people.
        classical_until: End of the exception for a partner without the hybrid suite; None when it has it.
        recipients: Recipient texts (organisations, ``organisation/person``) this party serves, besides its own id.
        vouching: Whose certificate vouches for it; None when people compared the fingerprint.
    """

    party: Party
    manifest: str
    fingerprint: str
    classical_until: datetime | None = None
    recipients: tuple[str, ...] = ()
    vouching: Vouching | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Whether messages go out to a partner: paused by a person, or resting because they do not arrive.

    Attributes:
        partner: Party id.
        failures: How many attempts failed since the last one that did not.
        cause: Code of the last failure; None when there was none.
        opened_at: Since when the circuit is open: then one message at a time probes the way; None when closed.
        probe_at: When the next message may try; None when closed.
        paused_at: Since when it is paused; None when not.
        paused_because: As the operator said.
    """

    partner: str
    failures: int = 0
    cause: str | None = None
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    paused_at: datetime | None = None
    paused_because: str | None = None

    def rests(self, at: datetime) -> bool:
        """Nothing goes out now."""
        return self.paused_at is not None or (self.probe_at is not None and at < self.probe_at)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is stuck or under way in one state, as an operator counts it.

    Attributes:
        partner: Recipient or sender; of a held delivery, as the broker said.
        state: ``pending``, ``sent``, ``undeliverable``, ``refused``, ``parked`` or ``held``.
        count: How many.
        oldest_at: Since when the oldest is here.
        reason: Of held deliveries; None otherwise.
        kind: Of refused messages; None otherwise.
    """

    partner: str
    state: str
    count: int
    oldest_at: datetime
    reason: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person should know, as it was last seen.

    Attributes:
        code: A row of ``gateway.domain.alerts.ALERTS``.
        subject: What it is about: a party id, the broker's object; ``""`` when there is only one.
        raised_at: When it became true.
        cleared_at: When it ceased to be; None while it is.
    """

    code: str
    subject: str
    raised_at: datetime
    cleared_at: datetime | None = None
