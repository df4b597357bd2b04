"""Keep whether messages go out to a partner: its circuit breaker, and whether a person paused it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Route:
    """Whether messages go out to a partner: paused by a person, or resting because they do not arrive.

    Attributes:
        partner: Party id.
        failures: How many attempts failed since the last one that did not.
        cause: Code of the last failure; None when there was none.
        opened_at: Since when the circuit is open: then one message at a time probes the way; None when closed.
        probe_at: When the next message may try; None when closed.
        paused_at: Since when it is paused; None when not.
        paused_because: As the operator said.
    """

    partner: str
    failures: int = 0
    cause: str | None = None
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    paused_at: datetime | None = None
    paused_because: str | None = None

    def rests(self, at: datetime) -> bool:
        """Nothing goes out now."""
        return self.paused_at is not None or (self.probe_at is not None and at < self.probe_at)


class Routes(Protocol):
    """The way out to each partner."""

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
