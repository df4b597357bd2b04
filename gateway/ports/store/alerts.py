"""Keep each alert as it was last seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person should know, as it was last seen.

    Attributes:
        code: A row of ``gateway.domain.alerts.ALERTS``.
        subject: What it is about: a party id, the broker's object; ``""`` when there is only one.
        raised_at: When it became true.
        cleared_at: When it ceased to be; None while it is.
    """

    code: str
    subject: str
    raised_at: datetime
    cleared_at: datetime | None = None


class Alerts(Protocol):
    """Each alert as it was last seen."""

    async def alerts(self) -> list[Alert]:
        """Every alert as last seen, oldest first."""
        ...

    async def save_alert(self, alert: Alert) -> None:
        """Insert or replace by code and subject."""
        ...
