"""The store: journal, outbox, inbox, quarantine and partners of one party, changed in transactions.

One ``UnitOfWork`` is one transaction: leaving its context commits, an exception rolls back. Steps, sealed message
and audit lines of one act go into one unit of work (the outbox promise); so do inbox row, steps and receipt.
Personal content is sealed under a key per case; the journal's public part is pseudonymous (R52).

Several processes may share one store. A unit of work holds the cases it reads or writes until it ends; outgoing
messages are claimed for a time, so that a worker that stops or freezes keeps nothing from going out.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from gateway.domain.checkpoint import Checkpoint, SignedCheckpoint
from gateway.domain.entry import PublicEntry
from gateway.domain.retention import DataKind
from gateway.domain.steps import Step
from gateway.ports.store_counts import CountedMessages
from gateway.ports.store_records import (
    FINAL_OUTBOX_STATES,
    GATEWAY_CASE,
    SETTLED_OUTBOX_STATES,
    SETTLED_QUARANTINE_STATES,
    WAITING_INBOX_STATES,
    Alert,
    Amount,
    Backlog,
    ContentState,
    EntryContent,
    InboxItem,
    InboxState,
    JournalEntry,
    Leaf,
    OutboxItem,
    OutboxState,
    Partner,
    QuarantineItem,
    QuarantineState,
    Route,
)
from gateway.ports.store_waiting import WaitingMessages
from gateway.ports.transport import Lane

__all__ = [
    "FINAL_OUTBOX_STATES",
    "GATEWAY_CASE",
    "SETTLED_OUTBOX_STATES",
    "SETTLED_QUARANTINE_STATES",
    "WAITING_INBOX_STATES",
    "Alert",
    "Amount",
    "Backlog",
    "ContentState",
    "EntryContent",
    "InboxItem",
    "InboxState",
    "JournalEntry",
    "Leaf",
    "OutboxItem",
    "OutboxState",
    "Partner",
    "QuarantineItem",
    "QuarantineState",
    "Route",
    "Store",
    "UnitOfWork",
]


class UnitOfWork(WaitingMessages, CountedMessages, Protocol):
    """One transaction. Reads see its own writes."""

    async def hold(self, case_ids: Collection[str]) -> None:
        """Take these cases before anything is read of them: what is read of a case then holds until the commit.

        Conversations and deliveries of a case are held with it. ``append``, ``steps``, ``entries`` and ``erase``
        hold their case by themselves; who needs several cases holds them all at once, first, and so never waits for
        somebody who waits for us. GATEWAY_CASE is never held: nothing is decided by it, and everybody writes there.
        TemporaryError when another unit of work keeps a case too long.
        """
        ...

    async def append(self, case_id: str, steps: Sequence[Step]) -> None:
        """Append steps to a case's journal, opening the case (and its key) when it is new."""
        ...

    async def steps(self, case_id: str) -> list[Step]:
        """All steps of a case in journal order; empty when unknown."""
        ...

    async def read_ahead(self, case_ids: Collection[str]) -> None:
        """Hold cases and look their steps up at once; one that cannot be read says so when it is asked for."""
        ...

    async def entries(self, case_id: str) -> list[JournalEntry]:
        """The same, with sequence and time of recording."""
        ...

    async def has_case(self, case_id: str) -> bool:
        """Whether a case has steps; the same as asking for them, without opening any."""
        ...

    async def case_ids(self, opened_before: datetime | None = None) -> list[str]:
        """All cases, or those that old, oldest first, without GATEWAY_CASE."""
        ...

    async def erase(self, case_id: str) -> None:
        """Destroy the key of a case: its content is gone for ever, the journal's public part and tree stay (R58).

        Afterwards ``steps`` and ``entries`` of the case are empty and ``case_ids`` does not name it; ``trace`` gives
        what is left. Deliveries and conversations outlive it: outbox, inbox and the partner of a referral stay as they
        were. A later ``append`` begins the case anew, under a new key. RefusedError for GATEWAY_CASE.
        """
        ...

    async def change_storage_key(self, kek_id: str) -> int:
        """Wrap the key of every living case anew, under that key-encryption key (``Vault.kek_id``).

        Once the former one is destroyed, nothing that was ever deleted opens, wherever a copy of it lies. Wait for
        units of work that open a case, and make later ones use the new key. Returns how many keys there are.
        """
        ...

    async def trace(self, case_id: str) -> list[PublicEntry]:
        """The public entries of a case whose content was erased, in order: nothing in them names a person (R57)."""
        ...

    async def erased_like(self, case_ids: Collection[str]) -> set[str]:
        """Those of these numbers that read like the number of a case that was erased (``case_number.alike``; R58)."""
        ...

    async def case_of_referral(self, referral_id: str) -> str | None:
        """The case a referral belongs to, from what ``bind_referral`` noted."""
        ...

    async def cases_of_referrals(self, referral_ids: Collection[str]) -> dict[str, str]:
        """The same for several, without those that belong to none; known afterwards, as is their partner."""
        ...

    async def bind_referral(self, referral_id: str, case_id: str, partner: str, *, is_new: bool = False) -> None:
        """Note which case and partner a conversation belongs to; idempotent for the same values, else RefusedError.

        One that begins here, under an id that was just made (``is_new``), is not looked for; should the id be taken
        all the same, that comes up when it is written, as OperatorError.
        """
        ...

    async def partner_of_referral(self, referral_id: str) -> str | None:
        """The partner of a conversation; no other party may speak in it."""
        ...

    async def hold_journal(self) -> None:
        """Hold the journal until the end: it grows, and its checkpoints are saved, by nobody else meanwhile.

        Everybody who appends waits for it, so it is held late, and by few.
        """
        ...

    async def checkpoint(self) -> Checkpoint:
        """Size and root (hex) of the journal tree."""
        ...

    async def leaves(self, after: int | None, limit: int, *, with_content: bool = False) -> list[Leaf]:
        """Entries of the journal with a sequence above ``after``, in order, at most ``limit``.

        Args:
            after: None for the very first row, whatever its number.
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
        """Write back state, next attempt and reason of an item whatever its claim; it has no owner then."""
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

    async def inbox_item(self, sender: str, message_id: str) -> InboxItem | None:
        """One incoming message."""
        ...

    async def inbox_items(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], InboxItem]:
        """Several of them by sender and message id, without those that did not come; known afterwards."""
        ...

    async def save_inbox(self, item: InboxItem) -> None:
        """Insert, or replace the row of the same sender and id."""
        ...

    async def last_received(self, sender: str, referral_id: str) -> int:
        """Highest sequence settled (processed or refused) from this sender in a conversation; 0 when none."""
        ...

    async def last_received_of(self, conversations: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The same for several senders and referrals; known afterwards."""
        ...

    async def inbox(self, case_id: str | None = None) -> list[InboxItem]:
        """All incoming messages, oldest first; of one case when given."""
        ...

    async def spent(self, kind: DataKind, before: datetime) -> int:
        """How many bodies of that kind were settled before an instant and are here still.

        Args:
            kind: ``TRANSPORT_COPY`` or ``RECEIPT_COPY``: of outgoing messages that are delivered, refused or dropped;
                ``HELD_DELIVERY``: of deliveries that were replayed or discarded.
            before: The instant.
        """
        ...

    async def delete_spent(self, kind: DataKind, before: datetime) -> int:
        """Delete these bodies; returns how many. The rows stay, with ``b""`` as their body."""
        ...

    async def backlog(self) -> list[Backlog]:
        """What is under way, stuck or held, counted per partner, state and reason."""
        ...

    async def route(self, partner: str) -> Route:
        """The way out to a partner; one without trouble when nothing was noted."""
        ...

    async def hold_route(self, partner: str) -> Route:
        """The same, changed by nobody else until the end; who means to change it asks like this."""
        ...

    async def routes(self) -> list[Route]:
        """Every way out about which something was noted, by partner."""
        ...

    async def save_route(self, route: Route) -> None:
        """Insert or replace."""
        ...

    async def alerts(self) -> list[Alert]:
        """Every alert as last seen, oldest first."""
        ...

    async def save_alert(self, alert: Alert) -> None:
        """Insert or replace by code and subject."""
        ...

    async def split_views(self) -> list[str]:
        """Partners of whose journal we hold two different roots of one size."""
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

        Units of work on one case take turns, in this process and among processes; a store may let all take turns.
        So do not begin one inside another, and do not wait for the network within one. A TemporaryError may also
        come while it runs or as it ends: nothing was changed, and the whole may be done again.
        """
        ...

    def look(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Start a transaction that only reads, all of it as of one moment, and holds no case.

        What it reads may have changed by the time it ends, so decide nothing by it. OperatorError on a write.
        """
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...
