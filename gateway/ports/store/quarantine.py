"""Keep deliveries that could not be opened, verified or understood, until a person has looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from gateway.ports.store.amount import Amount
from gateway.ports.transport import Lane


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


class Quarantine(Protocol):
    """Deliveries that could not be taken in, held until a person has looked."""

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

    async def quarantined_since(self, share: str, since: datetime) -> int:
        """How many deliveries came under a ceiling since an instant, whatever their state."""
        ...

    async def quarantined_as(self, sender: str, digest: str) -> list[QuarantineItem]:
        """What is in quarantine of a sender with bytes of this digest, oldest first; their bodies are not read."""
        ...

    async def quarantined(self, found: Sequence[tuple[str, bytes]]) -> list[QuarantineState | None]:
        """For each sender and body what became of these very bytes in quarantine; None when never there."""
        ...
