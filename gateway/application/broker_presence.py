"""Watch whether the broker is there: nothing is claimed while it is not, and nobody is blamed for what it kept away.

Each process knows its own connections only, so this is kept in memory, unlike what is known of a partner.
"""

from datetime import datetime, timedelta

from gateway.ports.services import Services
from gateway.ports.transport import Lane

_BRIEF = 20
"""A gap of no more than this part of the time a partner has for its receipt takes nothing from it."""


class BrokerPresence:
    """Since when each lane's broker is there without a gap, as this process sees it.

    Args:
        services: One party's.
        since: From when on it is taken to have been there; by default from the first look that finds it.
    """

    def __init__(self, services: Services, since: datetime | None = None) -> None:
        self._services = services
        self._since: dict[Lane, datetime] = {} if since is None else dict.fromkeys(Lane, since)
        self._seen: dict[Lane, datetime] = {}
        self._away: set[Lane] = set()

    def look(self) -> list[Lane]:
        """Return the lanes that can be published on now."""
        now, transport = self._services.clock.now(), self._services.transport
        reachable = [lane for lane in Lane if transport.reach(lane)]
        for lane in Lane:
            if lane in reachable and transport.is_consuming:
                self._is_there(lane, now)
            else:
                self._away.add(lane)
        return reachable

    def let_answer(self, lane: Lane, at: datetime) -> bool:
        """Tell whether a partner's receipt could come in for as long as it may take.

        Messages and receipts take the same broker. What it kept back, or what our own consumer could not fetch, says
        nothing about a partner.
        """
        since = self._since.get(lane)
        return since is not None and lane not in self._away and at - since >= self._services.terms.receipt_within

    def _is_there(self, lane: Lane, now: datetime) -> None:
        gap = now - self._seen.get(lane, now) if lane in self._away else timedelta()
        if lane not in self._since or gap > self._services.terms.receipt_within / _BRIEF:
            self._since[lane] = now
        self._seen[lane] = now
        self._away.discard(lane)
