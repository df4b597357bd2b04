"""Dutch working days against calendars of known years."""

import time
from datetime import date, datetime, timedelta

import pytest

from gateway.domain.working_days import (
    easter_sunday,
    is_working_day,
    public_holidays,
    working_days_after,
    working_time_after,
)

EASTER = {
    2024: (3, 31),
    2025: (4, 20),
    2026: (4, 5),
    2027: (3, 28),
    2028: (4, 16),
    2029: (4, 1),
    2030: (4, 21),
    # The earliest and the latest Easter there can be, and a year on which short-cut algorithms fail.
    1818: (3, 22),
    2038: (4, 25),
    # Years in which the corrections of the moon come in: 1724 is that of two Easters, Gregorian and Protestant.
    1724: (4, 16),
    1886: (4, 25),
    1981: (4, 19),
    2049: (4, 18),
}
CLOSED = {
    2024: {(1, 1), (4, 1), (4, 27), (5, 9), (5, 20), (12, 25), (12, 26)},
    2025: {(1, 1), (4, 21), (4, 26), (5, 5), (5, 29), (6, 9), (12, 25), (12, 26)},
    2026: {(1, 1), (4, 6), (4, 27), (5, 14), (5, 25), (12, 25), (12, 26)},
    2027: {(1, 1), (3, 29), (4, 27), (5, 6), (5, 17), (12, 25), (12, 26)},
    2028: {(1, 1), (4, 17), (4, 27), (5, 25), (6, 5), (12, 25), (12, 26)},
    2029: {(1, 1), (4, 2), (4, 27), (5, 10), (5, 21), (12, 25), (12, 26)},
    2030: {(1, 1), (4, 22), (4, 27), (5, 5), (5, 30), (6, 10), (12, 25), (12, 26)},
}


@pytest.mark.parametrize(("year", "month_day"), EASTER.items())
def test_easter_falls_where_the_church_has_it(year, month_day):
    assert easter_sunday(year) == date(year, *month_day)


@pytest.mark.parametrize("year", CLOSED)
def test_the_days_on_which_the_netherlands_is_closed(year):
    public_holidays.cache_clear()
    assert public_holidays(year) == {date(year, *month_day) for month_day in CLOSED[year]}


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 9, 14), True),
        (date(2026, 9, 18), True),
        (date(2026, 9, 19), False),
        (date(2026, 9, 20), False),
        (date(2026, 4, 3), True),  # Good Friday
        (date(2026, 4, 6), False),
        (date(2026, 5, 5), True),  # Liberation Day outside a lustrum
        (date(2025, 5, 5), False),
        (date(2025, 4, 26), False),  # King's Day on the Saturday before
        (date(2025, 4, 28), True),
    ],
)
def test_when_offices_are_open(day, is_open):
    assert is_working_day(day) is is_open


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        (date(2026, 9, 14), 1, date(2026, 9, 15)),
        (date(2026, 9, 18), 1, date(2026, 9, 21)),  # a Friday
        (date(2026, 9, 19), 1, date(2026, 9, 21)),  # a Saturday
        (date(2026, 9, 18), 5, date(2026, 9, 25)),
        (date(2026, 4, 2), 2, date(2026, 4, 7)),  # over Easter Monday
        (date(2026, 4, 24), 1, date(2026, 4, 28)),  # over King's Day on a Monday
        (date(2026, 12, 24), 5, date(2027, 1, 4)),  # over Christmas and New Year
        (date(2026, 9, 18), 0, date(2026, 9, 18)),
        (date(2026, 9, 19), 0, date(2026, 9, 21)),
        (date(2026, 9, 18), -3, date(2026, 9, 18)),
    ],
)
def test_so_many_working_days_later(day, count, last):
    assert working_days_after(day, count) == last


def test_every_day_of_a_period_lies_one_working_day_before_the_next_working_day():
    day = date(2024, 1, 1)
    while day < date(2031, 1, 1):
        following = working_days_after(day, 1)
        assert following > day
        assert is_working_day(following)
        between = (day + timedelta(days=n) for n in range(1, (following - day).days))
        assert not any(is_working_day(skipped) for skipped in between)
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "hours", "then"),
    [
        ("2026-09-14T10:00+02:00", 2, "2026-09-14T12:00+02:00"),
        ("2026-09-14T10:00+02:00", 0, "2026-09-14T10:00+02:00"),
        ("2026-09-14T10:00+02:00", 7, "2026-09-14T17:00+02:00"),  # until the very end of the day
        ("2026-09-14T10:00+02:00", 8, "2026-09-15T10:00+02:00"),
        ("2026-09-14T03:00+02:00", 1, "2026-09-14T10:00+02:00"),  # asked at night
        ("2026-09-14T17:00+02:00", 0, "2026-09-15T09:00+02:00"),  # asked as the office closes
        ("2026-09-18T16:30+02:00", 1, "2026-09-21T09:30+02:00"),  # over a weekend
        ("2026-12-24T16:00+01:00", 8, "2026-12-28T16:00+01:00"),  # over Christmas and a weekend
        ("2026-10-23T16:00+02:00", 2, "2026-10-26T10:00+01:00"),  # over the end of summer time
        ("2026-09-13T22:30+00:00", 1, "2026-09-14T08:00+00:00"),  # told in another offset
    ],
)
def test_so_much_working_time_later(since, hours, then):
    assert working_time_after(datetime.fromisoformat(since), timedelta(hours=hours)) == datetime.fromisoformat(then)


def test_the_moment_is_told_in_the_offset_it_was_asked_in():
    found = working_time_after(datetime.fromisoformat("2026-10-23T16:00+05:30"), timedelta(hours=1))
    assert found.isoformat() == "2026-10-23T17:00:00+05:30"


@pytest.fixture
def _in_tokyo(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_in_tokyo")
def test_offices_are_open_by_the_clock_in_amsterdam_wherever_the_program_runs():
    found = working_time_after(datetime.fromisoformat("2026-11-20T16:30+01:00"), timedelta(minutes=20))
    assert found == datetime.fromisoformat("2026-11-20T16:50+01:00")
