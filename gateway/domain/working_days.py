"""Dutch working days, for the clocks of R7, R21, R23, R36 and R42.

Monday to Friday, except the days on which the Netherlands is closed: New Year's Day, Easter Monday, King's Day,
Ascension Day, Whit Monday, both days of Christmas, and Liberation Day in a year that ends in 0 or 5.

The General Extension of Time Limits Act (Algemene termijnenwet, art. 3) lists 5 May of every year, and treats Good
Friday like the days it lists. It is about terms set by law. These clocks are agreements that end in an alert, and most
offices work on those two days: they count as working days here, so that an alert comes rather a day early than late.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from gateway.domain.days import AMSTERDAM

WORKING_DAY = timedelta(hours=8)
_OPENS, _CLOSES = time(9), time(17)
_DAY = timedelta(days=1)
_SATURDAY = 5
_SUNDAY = 6
_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY = 1, 39, 50
"""Days after Easter Sunday."""
_LUSTRUM = 5


def is_working_day(day: date) -> bool:
    """Whether offices are open on a Dutch calendar day."""
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year)


def working_days_after(day: date, count: int) -> date:
    """Find the working day that lies ``count`` working days after a day.

    Args:
        day: The day itself does not count, whether offices are open on it or not.
        count: Working days; for 0 or less the day itself, or the first working day after it.
    """
    while count > 0:
        day += _DAY
        count -= is_working_day(day)
    while not is_working_day(day):
        day += _DAY
    return day


def working_time_after(instant: datetime, span: timedelta) -> datetime:
    """Find the moment at which offices have been open for a time since an instant.

    Args:
        instant: Aware; at night, or on a day without work, time runs from the next opening.
        span: Working time, of eight hours a day, from nine to five by the clock in Amsterdam.
    """
    at = instant.astimezone(AMSTERDAM)
    while True:
        opens, closes = (datetime.combine(at.date(), hour, AMSTERDAM) for hour in (_OPENS, _CLOSES))
        start = max(at, opens)
        left = closes - start if is_working_day(at.date()) else timedelta()
        if timedelta() < left and span <= left:
            return (start + span).astimezone(instant.tzinfo)
        span -= max(left, timedelta())
        at = datetime.combine(at.date() + _DAY, time(), AMSTERDAM)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """List the days of a year on which Dutch offices are closed by custom; King's Day from 2014 on."""
    easter = easter_sunday(year)
    moving = (easter + timedelta(days=days) for days in (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY))
    liberation = (date(year, 5, 5),) if year % _LUSTRUM == 0 else ()
    return frozenset({date(year, 1, 1), *moving, _kings_day(year), *liberation, date(year, 12, 25), date(year, 12, 26)})


def _kings_day(year: int) -> date:
    """Find King's Day: 27 April, or the Saturday before when that is a Sunday."""
    day = date(year, 4, 27)
    return day - _DAY if day.weekday() == _SUNDAY else day


def easter_sunday(year: int) -> date:
    """Find Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - correction + 15) % 30
    quarters, singles = divmod(of_century, 4)
    to_sunday = (32 + 2 * rest + 2 * quarters - epact - singles) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
