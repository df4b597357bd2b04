"""Dates and times as the Dutch write them, always of Europe/Amsterdam (R13, R50)."""

from datetime import date, datetime

from gateway.domain.days import AMSTERDAM, dutch_day

_MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


def day_of(moment: date | datetime) -> date:
    """The Dutch calendar day of a date or an aware instant."""
    return dutch_day(moment) if isinstance(moment, datetime) else moment


def long_day(moment: date | datetime) -> str:
    """``13 januari 2026``; for letters."""
    day = day_of(moment)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(moment: date | datetime) -> str:
    """``13-01-2026``; for the log and tables."""
    return f"{day_of(moment):%d-%m-%Y}"


def clock_time(instant: datetime) -> str:
    """``09:12`` on the Dutch clock."""
    return f"{instant.astimezone(AMSTERDAM):%H:%M}"


def long_moment(instant: datetime) -> str:
    """``13 januari 2026 om 09:12 uur``."""
    season = season_when_ambiguous(instant)
    return f"{long_day(instant)} om {clock_time(instant)} uur" + (f" ({season})" if season else "")


def season_when_ambiguous(instant: datetime) -> str | None:
    """``zomertijd`` or ``wintertijd`` in the hour that the clock shows twice, in October; else None."""
    local = instant.astimezone(AMSTERDAM)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return None
    return "zomertijd" if local.dst() else "wintertijd"
