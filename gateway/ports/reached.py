"""Ceilings that were reached lately: noted where it happens, told by the watch for an hour after the last time."""

from datetime import datetime, timedelta

from gateway.domain.ceilings import Ceiling

LATELY = timedelta(hours=1)


class ReachedCeilings:
    """Remembers when a partner last reached a ceiling in this process; partners are few, and so is what is kept."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, Ceiling], datetime] = {}

    def note(self, partner: str, ceiling: Ceiling, at: datetime) -> bool:
        """Note that a partner reached a ceiling; returns whether that is news."""
        last = self._last.get((partner, ceiling))
        self._last[partner, ceiling] = at
        return last is None or at - last > LATELY

    def since(self, at: datetime) -> list[tuple[str, Ceiling]]:
        """The partners that reached a ceiling within the last hour, and which."""
        self._last = {key: last for key, last in self._last.items() if at - last <= LATELY}
        return sorted(self._last)
