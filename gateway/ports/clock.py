"""The clock: the only way time enters the application."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time as an aware UTC instant."""

    def now(self) -> datetime:
        """The present instant, timezone-aware, in UTC."""
        ...
