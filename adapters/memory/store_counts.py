"""What a partner said, counted in memory."""

from datetime import datetime
from typing import Any

from typing_extensions import override

from gateway.domain.messages import Kind
from gateway.domain.protocol import ENDINGS
from gateway.ports.store import CountedMessages, InboxItem, InboxState, OutboxState


class MemoryCountsPart(CountedMessages):
    """What a unit of work counts of a partner's messages."""

    _rows: Any

    @override
    async def taken_in_since(self, sender: str, kind: Kind, since: datetime) -> int:
        return len(self._since(sender, since, InboxState.PROCESSED, kind))

    @override
    async def refused_since(self, sender: str, since: datetime) -> int:
        return len(self._since(sender, since, InboxState.REFUSED))

    @override
    async def open_referrals(self, sender: str, since: datetime) -> int:
        rows, dropped = self._rows, OutboxState.DROPPED
        said = {i.referral_id for i in rows.outbox.values() if i.kind in ENDINGS and i.state is not dropped}
        heard = {i.referral_id for i in rows.inbox.values() if i.kind in ENDINGS and i.state is InboxState.PROCESSED}
        begun = self._since(sender, since, InboxState.PROCESSED, Kind.REFERRAL_REQUESTED)
        return sum(item.referral_id not in said | heard for item in begun)

    def _since(self, sender: str, since: datetime, state: InboxState, kind: Kind | None = None) -> list[InboxItem]:
        return [
            item
            for item in self._rows.inbox.values()
            if (item.sender, item.state) == (sender, state) and kind in {None, item.kind} and item.received_at >= since
        ]
