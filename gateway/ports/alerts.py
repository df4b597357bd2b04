"""Where alerts go: each change of state once."""

from typing import Protocol

from gateway.ports.store import Alert


class Alerts(Protocol):
    """Makes alerts known to whoever is on watch."""

    def tell(self, alert: Alert) -> None:
        """An alert was raised, or cleared (``cleared_at``); never raises."""
        ...
