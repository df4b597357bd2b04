"""Read the index of messages: what was sent, received and held, newest first, without a body or a case."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.domain.messages import Kind
from gateway.ports.store.inbox import InboxItem
from gateway.ports.store.page import Page
from gateway.ports.store.quarantine import QuarantineItem


class Direction(StrEnum):
    """Which way a message goes."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """Which lines of the index.

    Attributes:
        limit: At most so many lines, up to ``page.MOST``.
        cursor: Of the page before; None for the first.
        direction, state, partner, kind: Only these; a held delivery has no kind, and its partner is a claim.
        case_id: Only messages of this case, and so no held delivery.
    """

    limit: int = 50
    cursor: str | None = None
    direction: Direction | None = None
    state: str | None = None
    partner: str | None = None
    kind: Kind | None = None
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message, as the index has it.

    Attributes:
        direction: Out or in.
        message_id: Its id; of a held delivery the id it claims, or its local id when it claims none.
        at: When it was made, or received.
        state: Of outbox, inbox or quarantine.
        partner: The other side; of a held delivery, as the broker said.
        kind: What it is; None for a held delivery.
        referral_id, reason: As the store has them.
        attempts, next_attempt_at: Of an outgoing one.
    """

    direction: Direction
    message_id: str
    at: datetime
    state: str
    partner: str
    kind: Kind | None = None
    referral_id: str | None = None
    reason: str | None = None
    attempts: int | None = None
    next_attempt_at: datetime | None = None


class MessageIndex(Protocol):
    """What is known of messages without reading what they say."""

    async def message_list(self, query: MessageQuery) -> Page[MessageLine]:
        """Give a page, newest first.

        Raises:
            RefusedError: ``cursor-invalid``.
        """
        ...

    async def came_as(self, message_id: str) -> list[InboxItem]:
        """Find what came under an id, of whichever sender, without its body."""
        ...

    async def held_as(self, wanted: str) -> list[QuarantineItem]:
        """Find deliveries that were held, by local id or by the id they claim; oldest first, without bodies."""
        ...
