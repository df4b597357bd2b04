"""Messages that wait, in memory: parked until their turn comes, or held until a person has looked."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from typing_extensions import override

from gateway.domain.messages import Kind
from gateway.domain.protocol import INFORMATION_ANSWERS
from gateway.ports.store import (
    WAITING_INBOX_STATES,
    Amount,
    Inbox,
    InboxItem,
    InboxState,
    OutboxState,
    Quarantine,
    QuarantineItem,
    QuarantineState,
)


class MemoryWaitingPart(Inbox, Quarantine):
    """What a unit of work does with messages that wait."""

    _rows: Any
    _put: Callable[[Any, Any, Any], None]
    last_received: Any

    @override
    async def first_waiting(self, sender: str, referral_id: str) -> InboxItem | None:
        return min(self._line(sender, referral_id), key=lambda item: item.sequence or 0, default=None)

    @override
    async def waiting(self, sender: str, referral_id: str, kinds: Collection[Kind]) -> list[InboxItem]:
        line = (i for i in self._line(sender, referral_id) if i.state is InboxState.PARKED and i.kind in kinds)
        return sorted(line, key=lambda item: item.sequence or 0)

    @override
    async def waiting_count(self, sender: str, referral_id: str) -> int:
        return sum(1 for _ in self._line(sender, referral_id))

    @override
    async def parked_of(self, sender: str) -> Amount:
        parked = [item for item in self._parked() if item.sender == sender]
        return Amount(len(parked), sum(len(item.body or b"") for item in parked))

    @override
    async def parked_digests(self) -> set[str]:
        return {item.digest for item in self._parked()}

    @override
    async def ready_lines(self, limit: int) -> list[tuple[str, str]]:
        found: dict[tuple[str, str], None] = {}
        for item in self._waiting():
            line = (item.sender, item.referral_id or "")
            if (item.sequence or 0) <= await self.last_received(*line) + 1:
                found[line] = None
        return list(found)[:limit]

    @override
    async def stale_lines(self, before: datetime, limit: int) -> list[tuple[str, str]]:
        old = ((i.sender, i.referral_id or "") for i in self._waiting() if i.received_at < before)
        return list(dict.fromkeys(old))[:limit]

    @override
    async def open_questions(self, sender: str, since: datetime) -> int:
        answers = (item for item in self._rows.outbox.values() if item.kind is Kind.AVAILABILITY_ANSWERED)
        answered = {item.referral_id for item in answers}
        return sum(
            item.kind is Kind.AVAILABILITY_ASKED
            and (item.sender, item.state) == (sender, InboxState.PROCESSED)
            and item.received_at >= since
            and item.referral_id not in answered
            for item in self._rows.inbox.values()
        )

    @override
    async def unanswered(self, since: datetime) -> list[InboxItem]:
        asked = [
            item
            for item in self._rows.inbox.values()
            if item.kind is Kind.INFORMATION_REQUESTED and item.state is InboxState.PROCESSED
        ]
        open_ = Counter(item.referral_id for item in asked)
        open_.subtract(
            item.referral_id
            for item in self._rows.outbox.values()
            if item.kind in INFORMATION_ANSWERS and item.state is not OutboxState.DROPPED
        )
        return [item for item in asked if item.received_at >= since and open_[item.referral_id] > 0]

    def _waiting(self) -> Iterator[InboxItem]:
        return (item for item in self._rows.inbox.values() if item.state in WAITING_INBOX_STATES)

    def _parked(self) -> Iterator[InboxItem]:
        return (item for item in self._waiting() if item.state is InboxState.PARKED)

    def _line(self, sender: str, referral_id: str) -> Iterator[InboxItem]:
        return (item for item in self._waiting() if (item.sender, item.referral_id) == (sender, referral_id))

    @override
    async def save_quarantine(self, item: QuarantineItem) -> None:
        """Keep the place of a row that changes, and its body, which is evidence."""
        former = self._rows.quarantine.get(item.item_id)
        if former is None:
            self._put(self._rows.quarantine_marks, mark_of(item.sender, item.digest), item.item_id)
        self._put(self._rows.quarantine, item.item_id, replace(item, body=(former or item).body))

    @override
    async def quarantine(self, state: QuarantineState | None = None) -> list[QuarantineItem]:
        rows = self._rows.quarantine.values()
        return [replace(item, body=b"") for item in rows if state in {None, item.state}]

    @override
    async def quarantine_item(self, item_id: str) -> QuarantineItem | None:
        found: QuarantineItem | None = self._rows.quarantine.get(item_id)
        return found

    @override
    async def held_of(self, share: str) -> Amount:
        rows = self._rows.quarantine.values()
        held = [item for item in rows if item.state is QuarantineState.HELD and item.share == share]
        return Amount(len(held), sum(len(item.body) for item in held))

    @override
    async def quarantined_since(self, share: str, since: datetime) -> int:
        rows = self._rows.quarantine.values()
        return sum(item.share == share and item.received_at >= since for item in rows)

    @override
    async def quarantined_as(self, sender: str, digest: str) -> list[QuarantineItem]:
        rows = self._rows.quarantine.values()
        return [replace(item, body=b"") for item in rows if (item.sender, item.digest) == (sender, digest)]

    @override
    async def quarantined(self, found: Sequence[tuple[str, bytes]]) -> list[QuarantineState | None]:
        rows = self._rows
        ids = (rows.quarantine_marks.get(mark_of(sender, sha256(body).hexdigest())) for sender, body in found)
        items = [rows.quarantine.get(item_id) for item_id in ids]
        return [None if item is None else item.state for item in items]


def mark_of(sender: str, digest: str) -> str:
    """What a held delivery is known by when its bytes are gone."""
    return f"{sender}:{digest}"
