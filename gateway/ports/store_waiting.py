"""The part of the store in which messages wait: parked until their turn comes, or held until a person has looked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from gateway.domain.messages import Kind
from gateway.ports.store_records import Amount, InboxItem, QuarantineItem, QuarantineState


class WaitingMessages(Protocol):
    """What a unit of work does with messages that wait."""

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

    async def save_quarantine(self, item: QuarantineItem) -> None:
        """Insert one quarantined delivery, or update its state and what was claimed of it; its body stays as it is."""
        ...

    async def quarantine(self, state: QuarantineState | None = None) -> list[QuarantineItem]:
        """All quarantined deliveries, or those in one state, oldest first; their bodies are not read."""
        ...

    async def quarantine_item(self, item_id: str) -> QuarantineItem | None:
        """One of them with its body."""
        ...

    async def held_of(self, share: str) -> Amount:
        """How many deliveries are held under a ceiling, and how many bytes of these are kept."""
        ...

    async def quarantined(self, found: Sequence[tuple[str, bytes]]) -> list[QuarantineState | None]:
        """For each sender and body what became of these very bytes in quarantine; None when never there."""
        ...
