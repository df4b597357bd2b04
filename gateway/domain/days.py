"""Calendar days are those of Europe/Amsterdam, whatever the offset of an instant (R13)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

LEEWAY = timedelta(minutes=5)
"""By how much the clock of a back office or a partner may be ahead of ours."""

FURTHEST_PLAN = timedelta(days=731)
"""How far ahead an appointment, a term or the first room may lie."""


def dutch_day(instant: datetime) -> date:
    """The Dutch calendar day on which an aware instant falls."""
    return instant.astimezone(AMSTERDAM).date()


def dutch_time(instant: datetime) -> str:
    """Tell an aware instant to people: Dutch time to the second with its offset, as commands read it too."""
    return instant.astimezone(AMSTERDAM).isoformat(" ", "seconds")


def calendar_days_between(earlier: datetime, later: datetime) -> int:
    """Whole Dutch calendar days from one instant's day to the other's; negative when they are swapped."""
    return (dutch_day(later) - dutch_day(earlier)).days
