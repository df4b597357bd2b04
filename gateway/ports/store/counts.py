"""Count what a partner said, for its ceilings."""

from datetime import datetime
from typing import Protocol

from gateway.domain.messages import Kind


class CountedMessages(Protocol):
    """What a partner said, counted for its ceilings; by an index, whatever there is."""

    async def taken_in_since(self, sender: str, kind: Kind, since: datetime) -> int:
        """Count the messages of a kind in ``gateway.domain.ceilings.COUNTED`` that were taken in since an instant."""
        ...

    async def refused_since(self, sender: str, since: datetime) -> int:
        """Count the messages of a partner that came since an instant and were refused."""
        ...

    async def open_referrals(self, sender: str, since: datetime) -> int:
        """Count the referrals of a partner that were taken in since an instant, and that neither side has ended."""
        ...
