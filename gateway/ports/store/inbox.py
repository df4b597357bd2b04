"""Keep incoming messages that were opened: taken in, refused, or parked until their turn comes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.domain.messages import Kind
from gateway.ports.store.amount import Amount


class InboxState(StrEnum):
    """Life of an incoming message."""

    PROCESSED = "processed"
    PARKED = "parked"
    REFUSED = "refused"
    DISCARDED = "discarded"
    """Refused, or given up while parked, but its turn in the line has not come yet."""


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
        state: Processed, parked (waits for an earlier one), refused or discarded (before its turn).
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


class Inbox(Protocol):
    """Incoming messages that were opened, and the lines in which some of them wait."""

    async def inbox_item(self, sender: str, message_id: str) -> InboxItem | None:
        """One incoming message."""
        ...

    async def inbox_items(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], InboxItem]:
        """Several of them by sender and message id, without those that did not come; known afterwards."""
        ...

    async def save_inbox(self, item: InboxItem) -> None:
        """Insert, or replace the row of the same sender and id."""
        ...

    async def inbox(self, case_id: str | None = None) -> list[InboxItem]:
        """All incoming messages, oldest first; of one case when given."""
        ...

    async def last_received(self, sender: str, referral_id: str) -> int:
        """Highest sequence settled (processed or refused) from this sender in a conversation; 0 when none."""
        ...

    async def last_received_of(self, conversations: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The same for several senders and referrals; known afterwards."""
        ...

    async def first_waiting(self, sender: str, referral_id: str) -> InboxItem | None:
        """The message with the lowest place in the line that is parked, or was discarded while it was."""
        ...

    async def waiting(self, sender: str, referral_id: str, kinds: Collection[Kind]) -> list[InboxItem]:
        """The parked messages of these kinds in a line, by their place."""
        ...

    async def waiting_count(self, sender: str, referral_id: str) -> int:
        """How many messages of a line are parked, or were discarded while they were."""
        ...

    async def parked_of(self, sender: str) -> Amount:
        """How many messages of a partner are parked in all of its lines, and of how many bytes."""
        ...

    async def parked_digests(self) -> set[str]:
        """Digests of all parked messages."""
        ...

    async def ready_lines(self, limit: int) -> list[tuple[str, str]]:
        """Sender and referral of lines in which a message waits although all before it are settled."""
        ...

    async def stale_lines(self, before: datetime, limit: int) -> list[tuple[str, str]]:
        """Sender and referral of lines in which a message has waited since before an instant."""
        ...

    async def open_questions(self, sender: str, since: datetime) -> int:
        """How many questions of a partner whether there is room were taken in since an instant and have no answer."""
        ...

    async def unanswered(self, since: datetime) -> list[InboxItem]:
        """Requests for information taken in since an instant, oldest first, of referrals that had fewer answers."""
        ...
