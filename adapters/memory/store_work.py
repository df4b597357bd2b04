"""One unit of work on the rows in memory: every change notes how to take it back."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from typing_extensions import override

from adapters.memory.store_counts import MemoryCountsPart
from adapters.memory.store_expired_bodies import MemoryExpiredBodiesPart
from adapters.memory.store_journal import MemoryJournalPart, MemoryLeaf
from adapters.memory.store_message_index import MemoryMessageIndexPart
from adapters.memory.store_operations import MemoryOperationsPart
from adapters.memory.store_waiting import MemoryWaitingPart
from adapters.memory.store_work_lists import MemoryWorkListPart
from gateway.domain.checkpoint import SignedCheckpoint
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.merkle import Frontier
from gateway.domain.messages import Kind
from gateway.domain.steps import Step
from gateway.domain.worklist import Summariser
from gateway.ports.clock import Clock
from gateway.ports.store import (
    GATEWAY_CASE,
    Alert,
    InboxItem,
    InboxState,
    JournalEntry,
    OutboxItem,
    OutboxState,
    Partner,
    QuarantineItem,
    Route,
    UnitOfWork,
)
from gateway.ports.transport import Lane

_K = TypeVar("_K")
_V = TypeVar("_V")

_UNSETTLED = frozenset({OutboxState.PENDING, OutboxState.SENT})
_SETTLED = frozenset({InboxState.PROCESSED, InboxState.REFUSED})


@dataclass(slots=True)
class MemoryRows:
    """All tables; dictionaries keep the order in which rows came."""

    journal: dict[str, list[JournalEntry]] = field(default_factory=dict)
    tree: Frontier = field(default_factory=Frontier)
    leaves: list[MemoryLeaf] = field(default_factory=list)
    case_refs: dict[str, str] = field(default_factory=dict)
    checkpoints: dict[int, SignedCheckpoint] = field(default_factory=dict)
    witnessed: dict[str, tuple[SignedCheckpoint, ...]] = field(default_factory=dict)
    referrals: dict[str, tuple[str, str]] = field(default_factory=dict)
    outbox: dict[str, OutboxItem] = field(default_factory=dict)
    inbox: dict[tuple[str, str], InboxItem] = field(default_factory=dict)
    quarantine: dict[str, QuarantineItem] = field(default_factory=dict)
    quarantine_marks: dict[str, str] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    alerts: dict[tuple[str, str], Alert] = field(default_factory=dict)


class MemoryUnitOfWork(
    MemoryJournalPart,
    MemoryOperationsPart,
    MemoryWaitingPart,
    MemoryCountsPart,
    MemoryExpiredBodiesPart,
    MemoryWorkListPart,
    MemoryMessageIndexPart,
    UnitOfWork,
):
    """Changes the rows at once and undoes everything, last first, when asked to roll back."""

    _rows: MemoryRows

    def __init__(self, rows: MemoryRows, clock: Clock, summariser: Summariser, *, may_write: bool = True) -> None:
        self._rows = rows
        self._summariser = summariser
        self._clock = clock
        self._may_write = may_write
        self._undo: list[Callable[[], object]] = []

    def roll_back(self) -> None:
        """Take back every change of this unit of work."""
        while self._undo:
            self._undo.pop()()

    @override
    def _will_undo(self, undo: Callable[[], object]) -> None:
        if not self._may_write:
            raise OperatorError(
                "store-only-read",
                "This unit of work only reads.",
                remedy="Report this as a defect; nothing was changed.",
            )
        self._undo.append(undo)

    @override
    async def hold(self, case_ids: Collection[str]) -> None:
        """Nothing to do: units of work take turns."""

    @override
    async def append(self, case_id: str, steps: Sequence[Step]) -> None:
        for step in steps:
            entry = JournalEntry(self._rows.tree.size + 1, case_id, self._clock.now(), step)
            if case_id not in self._rows.journal:
                self._put(self._rows.journal, case_id, [])
            lines = self._rows.journal[case_id]
            self._will_undo(lines.pop)
            lines.append(entry)
            self._grow(entry)

    @override
    async def steps(self, case_id: str) -> list[Step]:
        return [entry.step for entry in self._rows.journal.get(case_id, ())]

    @override
    async def entries(self, case_id: str) -> list[JournalEntry]:
        return list(self._rows.journal.get(case_id, ()))

    @override
    async def read_ahead(self, case_ids: Collection[str]) -> None:
        """Nothing to do: everything is at hand."""

    @override
    async def has_case(self, case_id: str) -> bool:
        return case_id in self._rows.journal

    @override
    async def case_ids(self, opened_before: datetime | None = None) -> list[str]:
        return [
            case_id
            for case_id, lines in self._rows.journal.items()
            if case_id != GATEWAY_CASE and (opened_before is None or lines[0].recorded_at < opened_before)
        ]

    @override
    async def erase(self, case_id: str) -> None:
        if case_id == GATEWAY_CASE:
            raise RefusedError(
                "case-not-erasable",
                "The gateway's own journal belongs to no case and is not erased.",
                remedy="Name a case.",
            )
        former = self._rows.journal
        self._will_undo(lambda: setattr(self._rows, "journal", former))
        self._rows.journal = {key: lines for key, lines in former.items() if key != case_id}
        self._forget(case_id)

    @override
    async def change_storage_key(self, kek_id: str) -> int:
        """Nothing is sealed here; the number is that of the cases, ours included."""
        del kek_id
        return len(self._rows.journal)

    @override
    async def bind_referral(self, referral_id: str, case_id: str, partner: str, *, is_new: bool = False) -> None:
        if is_new and referral_id in self._rows.referrals:
            raise _conflict()
        if self._rows.referrals.get(referral_id, (case_id, partner)) != (case_id, partner):
            raise RefusedError(
                "referral-bound",
                "This referral already belongs to another case or another partner.",
                remedy="Use a new referral id.",
            )
        self._put(self._rows.referrals, referral_id, (case_id, partner))

    @override
    async def cases_of_referrals(self, referral_ids: Collection[str]) -> dict[str, str]:
        found = {referral_id: await self.case_of_referral(referral_id) for referral_id in referral_ids}
        return {referral_id: case_id for referral_id, case_id in found.items() if case_id is not None}

    @override
    async def case_of_referral(self, referral_id: str) -> str | None:
        bound = self._rows.referrals.get(referral_id)
        return bound[0] if bound else None

    @override
    async def partner_of_referral(self, referral_id: str) -> str | None:
        bound = self._rows.referrals.get(referral_id)
        return bound[1] if bound else None

    @override
    async def next_sequence(self, referral_id: str, recipient: str) -> int:
        used = (i.sequence or 0 for i in self._rows.outbox.values() if _conversation(i) == (referral_id, recipient))
        return max(used, default=0) + 1

    @override
    async def enqueue(self, item: OutboxItem) -> None:
        if item.message_id in self._rows.outbox or self._is_taken(item):
            raise _conflict()
        self._put(self._rows.outbox, item.message_id, item)

    @override
    async def claim(
        self, owner: str, at: datetime, until: datetime, limit: int, lanes: Collection[Lane] = tuple(Lane)
    ) -> list[OutboxItem]:
        due = [item for item in self._due(at) if item.lane in lanes]
        due = sorted(due, key=lambda item: item.next_attempt_at)[:limit]
        due = self._one_per_open_circuit(due, until)
        claimed = [replace(i, owner=owner, attempts=i.attempts + 1, next_attempt_at=until) for i in due]
        for item in claimed:
            self._put(self._rows.outbox, item.message_id, item)
        return claimed

    def _due(self, at: datetime) -> Iterator[OutboxItem]:
        heads: dict[tuple[str | None, str], int] = {}
        for item in self._rows.outbox.values():
            if item.state is OutboxState.PENDING and item.sequence is not None:
                place = _conversation(item)
                heads[place] = min(item.sequence, heads.get(place, item.sequence))
        return (
            item
            for item in self._rows.outbox.values()
            if item.state in _UNSETTLED
            and item.next_attempt_at <= at
            and not self._rows.routes.get(item.recipient, Route(item.recipient)).rests(at)
            and (item.sequence is None or item.sequence <= heads.get(_conversation(item), item.sequence))
        )

    @override
    async def settle(self, items: Sequence[OutboxItem]) -> None:
        for item in items:
            former = self._rows.outbox.get(item.message_id)
            if former is not None and former.state in _UNSETTLED and former.attempts == item.attempts:
                await self.update_outbox(item)
                if former.is_brief and item.state is OutboxState.DELIVERED:
                    self._put(self._rows.outbox, item.message_id, replace(self._rows.outbox[item.message_id], body=b""))

    @override
    async def forget_receipt(self, message_id: str) -> None:
        former = self._rows.outbox.get(message_id)
        if former is not None and former.kind is Kind.RECEIPT:
            self._will_undo(lambda: self._rows.outbox.__setitem__(message_id, former))
            del self._rows.outbox[message_id]

    @override
    async def update_outbox(self, item: OutboxItem) -> None:
        former = self._rows.outbox.get(item.message_id)
        if former is None:
            raise OperatorError(
                "store-row-missing",
                "The outbox has no message with this id.",
                remedy="Report this as a defect; nothing was changed.",
            )
        changed = replace(
            former, state=item.state, next_attempt_at=item.next_attempt_at, reason=item.reason, owner=None
        )
        if _place(former) is None and self._is_taken(changed):
            raise _conflict()
        self._put(self._rows.outbox, item.message_id, changed)

    def _is_taken(self, item: OutboxItem) -> bool:
        place = _place(item)
        return place is not None and any(_place(other) == place for other in self._rows.outbox.values())

    @override
    async def outbox_item(self, message_id: str) -> OutboxItem | None:
        return self._rows.outbox.get(message_id)

    @override
    async def outbox_items(self, message_ids: Collection[str]) -> dict[str, OutboxItem]:
        return {one: self._rows.outbox[one] for one in message_ids if one in self._rows.outbox}

    @override
    async def outbox(self, case_id: str | None = None) -> list[OutboxItem]:
        return [i for i in self._rows.outbox.values() if case_id is None or i.case_id == case_id]

    @override
    async def inbox_item(self, sender: str, message_id: str) -> InboxItem | None:
        return self._rows.inbox.get((sender, message_id))

    @override
    async def inbox_items(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], InboxItem]:
        return {key: self._rows.inbox[key] for key in keys if key in self._rows.inbox}

    @override
    async def save_inbox(self, item: InboxItem) -> None:
        self._put(self._rows.inbox, (item.sender, item.message_id), item)

    @override
    async def last_received(self, sender: str, referral_id: str) -> int:
        line = (i for i in self._rows.inbox.values() if (i.sender, i.referral_id) == (sender, referral_id))
        return max((i.sequence or 0 for i in line if i.state in _SETTLED), default=0)

    @override
    async def last_received_of(self, conversations: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        return {conversation: await self.last_received(*conversation) for conversation in conversations}

    @override
    async def inbox(self, case_id: str | None = None) -> list[InboxItem]:
        return [i for i in self._rows.inbox.values() if case_id is None or i.case_id == case_id]

    @override
    async def save_partner(self, partner: Partner) -> None:
        self._put(self._rows.partners, partner.party.party_id, partner)

    @override
    async def partners(self) -> list[Partner]:
        return sorted(self._rows.partners.values(), key=lambda partner: partner.party.party_id)

    @override
    def _put(self, table: dict[_K, _V], key: _K, value: _V) -> None:
        if key in table:
            former = table[key]
            self._will_undo(lambda: table.__setitem__(key, former))
        else:
            self._will_undo(lambda: table.pop(key))
        table[key] = value


def _conflict() -> OperatorError:
    return OperatorError(
        "store-conflict",
        "A row with the same identity is already stored.",
        remedy="Report this as a defect; nothing was changed.",
    )


def _conversation(item: OutboxItem) -> tuple[str | None, str]:
    return item.referral_id, item.recipient


def _place(item: OutboxItem) -> tuple[str | None, str, int] | None:
    """What one message at a time may have; a dropped one leaves it to the one that goes instead."""
    if item.sequence is None or item.state is OutboxState.DROPPED:
        return None
    return item.referral_id, item.recipient, item.sequence
