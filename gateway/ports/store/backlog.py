"""Count what is under way, stuck or held."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.messages import Kind


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is stuck or under way in one state, as an operator counts it.

    Attributes:
        partner: Recipient or sender; of a held delivery, as the broker said.
        state: ``pending``, ``sent``, ``undeliverable``, ``refused``, ``parked`` or ``held``.
        count: How many.
        oldest_at: Since when the oldest is here.
        reason: Of held deliveries; None otherwise.
        kind: Of refused messages; None otherwise.
    """

    partner: str
    state: str
    count: int
    oldest_at: datetime
    reason: str | None = None
    kind: Kind | None = None


class Backlogs(Protocol):
    """What is under way, stuck or held."""

    async def backlog(self) -> list[Backlog]:
        """What is under way, stuck or held, counted per partner, state and reason."""
        ...
