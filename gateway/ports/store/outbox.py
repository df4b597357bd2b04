"""Keep outgoing messages until they are settled; workers claim them for a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.domain.messages import Kind
from gateway.ports.transport import Lane


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


class Outbox(Protocol):
    """Outgoing messages, claimed by workers until they are settled."""

    async def next_sequence(self, referral_id: str, recipient: str) -> int:
        """The next outgoing number of a conversation: 1, 2, 3 ...; taken by ``enqueue``, not by asking."""
        ...

    async def enqueue(self, item: OutboxItem) -> None:
        """Put a sealed message in the outbox.

        Its message id is new, and so is its place in the conversation, unless the message there was dropped.

        Raises:
            OperatorError: ``store-conflict``: the message id or the place is taken; at once, or when it is written.
        """
        ...

    async def claim(
        self, owner: str, at: datetime, until: datetime, limit: int, lanes: Collection[Lane] = tuple(Lane)
    ) -> list[OutboxItem]:
        """Claim messages to publish now: PENDING or SENT with ``next_attempt_at <= at``.

        Oldest first: by when they became due, then by their place in the outbox.
        Per conversation only the head of the line: no item is claimed while an earlier sequence is PENDING
        (that is: not yet confirmed), except that head itself.
        Per partner nothing while its route rests (``Route.rests``); where the circuit is open and a probe is due, one
        message, and the next probe is due when that claim runs out.
        What another unit of work claims at the same moment, or whose case it holds, is left to a next round; so
        nobody waits here. The cases of what is claimed are held.

        Args:
            owner: The worker.
            at: Now.
            until: When the claim runs out, unless it is settled before; then anybody may claim the message again.
            limit: How many at most.
            lanes: Only what takes one of these.

        Returns:
            The messages as claimed: ``owner`` set, ``attempts`` one more, ``next_attempt_at`` equal to ``until``.
        """
        ...

    async def settle(self, items: Sequence[OutboxItem]) -> None:
        """Write back what came of claimed messages: state, next attempt and reason; they have no owner then.

        A brief one that is delivered loses its body.
        A claim fits by ``attempts``. What was claimed again since, or has come to a final state (its receipt came),
        stays as it is.
        """
        ...

    async def update_outbox(self, item: OutboxItem) -> None:
        """Write back state, next attempt and reason of an item whatever its claim; it has no owner then.

        Other fields keep what was enqueued.

        Raises:
            OperatorError: ``store-row-missing``; ``store-conflict``: what was dropped left its place to another.
        """
        ...

    async def forget_receipt(self, message_id: str) -> None:
        """Delete a receipt of ours that another one takes the place of."""
        ...

    async def outbox_item(self, message_id: str) -> OutboxItem | None:
        """One outgoing message."""
        ...

    async def outbox_items(self, message_ids: Collection[str]) -> dict[str, OutboxItem]:
        """Several of them by message id, without those that do not exist; looked up once, so known afterwards."""
        ...

    async def outbox(self, case_id: str | None = None) -> list[OutboxItem]:
        """All outgoing messages, oldest first; of one case when given."""
        ...
