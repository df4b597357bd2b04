"""Dates and times as exports write them; a date counts as a Dutch day (R13).

``Instant`` wants an offset. ``Day`` is a date. ``Moment`` is either: some registrations note a time, others a day.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, TypeVar

from pydantic import PlainValidator, WithJsonSchema

from gateway.domain.days import AMSTERDAM, dutch_day

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")


def read_instant(value: object) -> datetime:
    """An ISO 8601 date and time with an offset."""
    instant = read_moment(value)
    if not isinstance(instant, datetime):
        raise ValueError("This must be a date and time, such as 2026-09-07T10:20:00+02:00.")  # noqa: TRY004 - pydantic turns ValueError into a problem
    return instant


def read_day(value: object) -> date:
    """An ISO 8601 date."""
    day = read_moment(value)
    if isinstance(day, datetime):
        raise ValueError("This must be a date, such as 2026-09-07.")  # noqa: TRY004 - idem
    return day


def read_moment(value: object) -> date | datetime:
    """A date, or a date and time with an offset; digits and signs exactly as ISO 8601 has them."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _since_records_began(_parsed(value, date))
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        instant = _parsed(value, datetime)
        if instant.tzinfo is None:
            raise ValueError("This time has no offset; add it, such as +02:00.")
        return min(_since_records_began(instant), _NEVER)
    raise ValueError("This must be a date such as 2026-09-07, or a time such as 2026-09-07T10:20:00+02:00.")


_Kind = TypeVar("_Kind", date, datetime)


def _parsed(value: str, kind: type[_Kind]) -> _Kind:
    try:
        return kind.fromisoformat(value)
    except ValueError:
        raise ValueError("This date or time does not exist.") from None


_EARLIEST = 1900
_NEVER = datetime(9999, 12, 30, tzinfo=UTC)
"""Registrations write 31 December 9999 for no end; the day before it exists in every time zone."""


def _since_records_began(moment: _Kind) -> _Kind:
    if moment.year < _EARLIEST:
        raise ValueError("This date lies before 1900.")
    return moment


Instant = Annotated[datetime, PlainValidator(read_instant)]
Day = Annotated[date, PlainValidator(read_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[date, PlainValidator(read_moment)]
"""A ``date``, which may be a ``datetime`` (its subclass)."""


def start_of(moment: date) -> datetime:
    """The instant itself, or the first instant of that Dutch day."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), AMSTERDAM)


def end_of(moment: date) -> datetime:
    """The instant itself, or the first instant after that Dutch day: a date counts through its last minute."""
    if isinstance(moment, datetime):
        return moment
    return min(start_of(min(moment, _NEVER.date()) + timedelta(days=1)), _NEVER)


def instant_of(moment: date, known: Iterable[datetime]) -> datetime:
    """The instant itself; a date counts as its whole day, and takes the latest instant of that day that is known.

    So what is dated by a day never comes before what happened on that day: an objection beats a consent of its day,
    and an answer does not come before its question.

    Args:
        moment: A day or an instant.
        known: Instants it may have to follow, when they are of the same Dutch day.
    """
    if isinstance(moment, datetime):
        return moment
    return max([start_of(moment), *(instant for instant in known if dutch_day(instant) == moment)])
